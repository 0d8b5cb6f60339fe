// Package badger keeps a store.Store in a folder on local disk, by Badger: what Commit acknowledged is on the disk, and commits that
// arrive together share one write.
package badger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/realm/store"
)

// ErrLocked says that another process has the folder open.
var ErrLocked = errors.New("in use by another process")

// ErrNotWritable says that this user cannot write in the folder.
var ErrNotWritable = errors.New("cannot be written")

// DefaultMinFree is how much room the disk must have for a commit to be taken. Badger writes through memory maps, and a page that
// finds no room on the disk kills the process: so commits are refused while there is still some.
const DefaultMinFree = 64 << 20

const (
	memtableBytes = 8 << 20 // Badger's transaction limit is 15 % of it, which a full group must fit
	valueLogBytes = 16 << 20
	minCloseFree  = 2 * memtableBytes // Close writes the memtable out, through a memory map

	// Values up to this size lie beside their keys, in logs and tables, which are checked at every start. That is every value, so that
	// the value log stays empty and needs no collecting.
	valueThreshold = 1 << 20
)

const _ = uint(valueThreshold - store.MaxValue) // does not compile where a value could be longer

// Config says where the data is. Dir is required.
type Config struct {
	Dir        string                // created when missing, mode 0700
	MinFree    uint64                // bytes of free disk below which commits are refused with store.ErrFull; default DefaultMinFree
	Log        *slog.Logger          // default slog.Default()
	Registerer prometheus.Registerer // takes the store's metrics; default none
}

// Store is a store.Store on a folder. One process opens a folder at a time.
type Store struct {
	dir      string
	minFree  uint64
	log      *slog.Logger
	db       *badger.DB
	requests chan *request
	done     chan struct{} // closed when the committer has ended
	metrics  *metrics
	commit   func(*badger.Txn) error // (*badger.Txn).Commit; tests make it fail
	broken   error                   // of the write that failed; the committer's own
	whole    bool
	record   *record // the committer's own, then Close's
	number   uint64  // of the last group; the committer's own

	mu     sync.Mutex
	closed bool           // guarded by mu
	calls  sync.WaitGroup // calls under way; Add is guarded by mu, and none follows closed
}

var _ store.Store = (*Store)(nil)

// Open opens or creates the store in cfg.Dir. Its errors name the folder and what to do.
func Open(cfg Config) (*Store, error) {
	if cfg.Dir == "" {
		return nil, errors.New("badger: no folder given")
	}
	if cfg.MinFree == 0 {
		cfg.MinFree = DefaultMinFree
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if err := checkWritable(cfg.Dir); err != nil {
		return nil, err
	}
	if err := checkFree(cfg.Dir, cfg.MinFree); err != nil {
		return nil, fmt.Errorf("open %s: %w", cfg.Dir, err)
	}
	found, err := inspectLocked(cfg.Dir, cfg.Log)
	if err != nil {
		return nil, err
	}
	db, err := badger.Open(badgerOptions(cfg))
	if err != nil {
		if strings.Contains(err.Error(), "directory lock") {
			return nil, lockedError(cfg.Dir)
		}
		return nil, fmt.Errorf("open the store in %s: %w", cfg.Dir, err)
	}
	opened, err := openRecord(cfg.Dir, found.number)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the store in %s: %w", cfg.Dir, err), db.Close())
	}
	s := &Store{
		whole:    found.whole,
		record:   opened,
		number:   found.number,
		dir:      cfg.Dir,
		minFree:  cfg.MinFree,
		log:      cfg.Log,
		db:       db,
		requests: make(chan *request, maxQueue),
		done:     make(chan struct{}),
		metrics:  newMetrics(cfg.Registerer),
		commit:   (*badger.Txn).Commit,
	}
	guard.Go("store: writer", s.run, nil)
	return s, nil
}

// inspectLocked inspects the folder while no other process has it open, and removes what a killed process left there empty: Badger makes such a
// file anew, and then complains that it is new.
func inspectLocked(dir string, log *slog.Logger) (findings, error) {
	unlock, err := lockFolder(dir)
	if err != nil {
		return findings{}, err
	}
	defer unlock()
	found, err := inspect(dir, log)
	if err != nil {
		return findings{}, err
	}
	for _, name := range found.empty {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return findings{}, fmt.Errorf("open the store in %s: %w", dir, err)
		}
	}
	return found, nil
}

func lockedError(dir string) error {
	return fmt.Errorf("data folder %s is %w: stop that one, or choose another folder", dir, ErrLocked)
}

// Whole tells whether Open could check that everything that the store ever confirmed is in the folder. It cannot where the machine went
// down (what was confirmed in the last seconds is then on the disk, but the note that says so need not be), or where that note is missing.
func (s *Store) Whole() bool { return s.whole }

// badgerOptions are for small values and little memory: Badger's defaults take about 100 MB before the first write.
func badgerOptions(cfg Config) badger.Options {
	return badger.DefaultOptions(cfg.Dir).
		WithSyncWrites(true).
		WithDetectConflicts(false). // the committer is the only writer and compares revisions itself
		WithMetricsEnabled(false).
		WithCompression(options.None).
		WithBlockCacheSize(0).
		WithMemTableSize(memtableBytes).
		WithNumMemtables(2).
		WithNumCompactors(2).
		WithValueLogFileSize(valueLogBytes).
		WithValueThreshold(valueThreshold).
		WithChecksumVerificationMode(options.OnBlockRead).
		WithLogger(logger{cfg.Log})
}

// checkWritable creates the folder and a file in it, because Badger's own complaint about a read-only folder names neither.
func checkWritable(dir string) error {
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		probe := filepath.Join(dir, ".writable")
		if err = os.WriteFile(probe, nil, 0o600); err == nil {
			err = os.Remove(probe)
		}
	}
	if err != nil {
		return fmt.Errorf("data folder %s %w: %w; give this user write access to it, or choose another folder", dir, ErrNotWritable, err)
	}
	return nil
}

// begin lets a call in, which ends with s.calls.Done. A closed store lets none in.
func (s *Store) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	s.calls.Add(1)
	return nil
}

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (e store.Entry, err error) {
	err = s.View(ctx, func(r store.Reader) error {
		e, err = r.Get(key)
		return err
	})
	return e, err
}

// View implements store.Store. Badger keeps what a view reads for as long as it is open, so it never ends in store.ErrCompacted.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.begin(); err != nil {
		return err
	}
	defer s.calls.Done()
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	return fn(reader{ctx, txn})
}

// Commit implements store.Store. It returns when the batch is on the disk or refused; store.ErrUnknown means that the disk refused a write.
func (s *Store) Commit(ctx context.Context, ops []store.Op) error {
	if err := store.CheckBatch(ops); err != nil {
		return err
	}
	if err := s.begin(); err != nil { // until the outcome is known, so that Close waits for it
		return err
	}
	defer s.calls.Done()
	r := &request{ops: ops, size: batchBytes(ops), result: make(chan error, 1)}
	select {
	case s.requests <- r:
	case <-ctx.Done():
		return ctx.Err()
	}
	return <-r.result
}

// Room returns store.ErrFull where the disk under the folder has fewer bytes left than asked for.
func (s *Store) Room(bytes uint64) error { return checkFree(s.dir, bytes) }

// Close implements store.Store. A second call does nothing. On a disk that is full to the brim it leaves the folder as it is, because
// tidying up would need room: what was committed is in the log there, and the next Open finds it.
func (s *Store) Close() error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	s.calls.Wait()
	if again {
		return nil
	}
	close(s.requests)
	<-s.done
	if err := checkFree(s.dir, minCloseFree); err != nil {
		_ = s.record.close(false)
		return fmt.Errorf("close the store: %w; nothing is lost, the next start recovers it", err)
	}
	err := s.db.Close()
	if err = errors.Join(err, s.record.close(err == nil && s.broken == nil)); err != nil {
		return fmt.Errorf("close the store in %s: %w", s.dir, err)
	}
	return nil
}

// logger passes on what Badger warns about; its progress reports are noise to an operator.
type logger struct{ log *slog.Logger }

func (l logger) Errorf(format string, args ...any) {
	l.log.Error("store: " + strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (l logger) Warningf(format string, args ...any) {
	l.log.Warn("store: " + strings.TrimSpace(fmt.Sprintf(format, args...)))
}
func (l logger) Infof(string, ...any)  {}
func (l logger) Debugf(string, ...any) {}
