package badger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/badger/v4/y"
	"github.com/dgraph-io/ristretto/v2/z"
)

// ErrDamaged says that files of the store are missing or broken. Open has then changed none of them.
var ErrDamaged = errors.New("damaged")

// verifyBytes is how much of the tables Open reads through, block by block. What is over it is verified when it is read, as all is.
const verifyBytes = 256 << 20

const (
	manifestFile = badger.ManifestFilename
	keyFile      = badger.KeyRegistryFileName
	discardFile  = "DISCARD"

	keyFileSize     = 16 + len(keyFileText) // of a store without keys
	keyFileText     = "Hello Badger"
	discardFileSize = 1 << 20
)

// Mends, as the end of an error.
const (
	fromBackup = "restore the folder from a backup; no file in it has been changed"
	goOn       = "restore the folder from a backup, or, to go on with what is left, copy the folder away and delete " + confirmedFile + " in it; no file in it has been changed"
)

// folder is what a store's folder holds, read without changing it: Badger repairs as it opens, by cutting off and deleting what does not
// fit together, and says nothing of what is lost with it.
type folder struct {
	dir      string
	manifest bool
	tables   []string // names, of all tables that are there
	logs     []string // in the order in which they were written
	values   []string
	discard  os.FileInfo
	keys     os.FileInfo
}

// findings is what inspect found of a folder that can be opened.
type findings struct {
	number uint64 // of the last group that is there
	whole  bool   // and nothing that was confirmed after it is missing: that was checked
	empty  []string
}

// inspect tells whether the folder holds everything that was confirmed. The caller knows that nobody else has it open.
func inspect(dir string, log *slog.Logger) (f findings, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("the store in %s is %w: %w", dir, ErrDamaged, err)
		}
	}()
	in, err := list(dir)
	if err != nil {
		return findings{}, err
	}
	said, err := readConfirmed(dir)
	known := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errNotConfirmed) {
		return findings{}, err
	}
	unreadable := errors.Is(err, errNotConfirmed)
	if !in.manifest {
		if len(in.tables)+len(in.logs)+len(in.values) > 0 || known && said.number > 0 {
			return findings{}, fmt.Errorf("the file %s, which says what belongs to it, is missing: %s", manifestFile, fromBackup)
		}
		return findings{whole: true}, nil // a new folder
	}
	if err := in.checkKeys(); err != nil {
		return findings{}, err
	}
	if f.empty, err = in.checkValues(); err != nil {
		return findings{}, err
	}
	if in.discard != nil && in.discard.Size() != discardFileSize { // statistics of the value log, which is empty
		f.empty = append(f.empty, discardFile)
	}
	f.number, err = in.checkTables()
	if err != nil {
		return findings{}, err
	}
	inTables := f.number
	var gap error
	for _, name := range in.logs {
		numbers, err := logNumbers(filepath.Join(dir, name))
		if err != nil {
			return findings{}, fmt.Errorf("%s: %w: %s", name, err, fromBackup)
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Size() == 0 {
			f.empty = append(f.empty, name)
		}
		for _, n := range numbers {
			if n > f.number+1 && gap == nil {
				gap = fmt.Errorf("commits %d to %d are missing before those in %s", f.number+1, n-1, name)
			}
			f.number = max(f.number, n)
		}
	}
	// A folder of an older version has neither numbers nor the file. Where it has numbers the file was there, too.
	switch {
	case !known && f.number > 0:
		log.Warn("store: there is no readable file "+confirmedFile+", so nobody can tell whether all that was confirmed is here",
			"dir", dir, "last_commit", f.number, "in_tables", inTables, "damaged", unreadable)
		return f, nil
	case gap != nil:
		return findings{}, fmt.Errorf("%w: %s", gap, goOn)
	case known && f.number < said.number:
		return findings{}, fmt.Errorf("commits up to %d were confirmed, and only those up to %d are here: %s", said.number, f.number, goOn)
	}
	f.whole = known && said.exact()
	return f, nil
}

// list sorts the files of the folder by what they are. A name that Badger would stumble over is an error.
func list(dir string) (folder, error) {
	in := folder{dir: dir}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return in, err
	}
	for _, e := range entries {
		name := e.Name()
		ext := filepath.Ext(name)
		width, numbered := nameWidth[ext]
		if !numbered && name != manifestFile && name != keyFile && name != discardFile && name != confirmedFile {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return in, err
		}
		if !info.Mode().IsRegular() {
			return in, fmt.Errorf("%s is not a plain file: %s", name, fromBackup)
		}
		if numbered && name != fmt.Sprintf("%0*d%s", width, number(name), ext) {
			return in, fmt.Errorf("%s is not a name that a store gives: if it is a copy, move it out of the folder", name)
		}
		switch {
		case ext == ".mem":
			in.logs = append(in.logs, name)
		case ext == ".vlog":
			in.values = append(in.values, name)
		case ext == ".sst":
			in.tables = append(in.tables, name)
		case name == manifestFile:
			in.manifest = true
		case name == keyFile:
			in.keys = info
		case name == discardFile:
			in.discard = info
		}
	}
	byNumber := func(a, b string) int { return number(a) - number(b) }
	slices.SortFunc(in.logs, byNumber)
	slices.SortFunc(in.values, byNumber)
	return in, nil
}

// nameWidth is the number of digits in the names of Badger's files.
var nameWidth = map[string]int{".mem": 5, ".vlog": 6, ".sst": 6}

// number is the one in a file's name; 0 where there is none, which no file has.
func number(name string) int {
	n, _ := strconv.ParseUint(strings.TrimSuffix(name, filepath.Ext(name)), 10, 31)
	return int(n)
}

// checkKeys looks at the file of encryption keys. This store has none, so that the file is always the same but for its random part, and
// Badger makes it again where it is missing.
func (in folder) checkKeys() error {
	if in.keys == nil {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(in.dir, keyFile))
	if err != nil {
		return err
	}
	if len(b) != keyFileSize || string(b[16:]) != keyFileText {
		return fmt.Errorf("%s is broken. It holds no keys, because the store is not encrypted: delete this one file and start again; no file has been changed", keyFile)
	}
	return nil
}

// checkValues looks at the value log, in which this store keeps nothing (see valueThreshold). It returns the files that are empty.
func (in folder) checkValues() (empty []string, err error) {
	for _, name := range in.values {
		f, err := os.Open(filepath.Join(in.dir, name))
		if err != nil {
			return nil, err
		}
		err = checkLogHeader(f)
		_ = f.Close()
		if errors.Is(err, io.EOF) {
			empty = append(empty, name)
		} else if err != nil {
			return nil, fmt.Errorf("%s is broken. The value log holds nothing in this store: delete this one file and start again; no file has been changed", name)
		}
	}
	return empty, nil
}

// checkTables reads the manifest and the tables that it lists, and returns the number of the newest group in them.
func (in folder) checkTables() (newest uint64, err error) {
	defer recovered(&err, manifestFile)
	f, err := os.Open(filepath.Join(in.dir, manifestFile))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	m, end, err := badger.ReplayManifestFile(f, 0, badger.Options{Logger: logger{slog.New(slog.DiscardHandler)}})
	if err != nil {
		why, _, _ := strings.Cut(err.Error(), "\n")
		return 0, fmt.Errorf("%s is broken (%s): %s", manifestFile, why, fromBackup)
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	left := int64(verifyBytes)
	for id, t := range m.Tables {
		n, size, err := in.checkTable(id, t, left)
		if err != nil {
			return 0, fmt.Errorf("%w: %s", err, fromBackup)
		}
		newest = max(newest, n)
		left -= size
	}
	// A process that is killed as it writes a table leaves one that the manifest does not list; then its log is still there. In a folder
	// of an older version, which has no numbers, that is all that tells a lost list from an unfinished one.
	if newest == 0 && (len(m.Tables) == 0 || end < info.Size()) && len(in.tables) > len(m.Tables) && len(in.logs) == 0 {
		return 0, fmt.Errorf("%s is cut off: it lists %d of %d tables: %s", manifestFile, len(m.Tables), len(in.tables), fromBackup)
	}
	return newest, nil
}

// checkTable opens one table, verifies up to verify bytes of it, and looks for the number of the newest group in it.
func (in folder) checkTable(id uint64, t badger.TableManifest, verify int64) (newest uint64, size int64, err error) {
	path := table.NewFilename(id, in.dir)
	name := filepath.Base(path)
	defer recovered(&err, name)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, fmt.Errorf("table %s is missing", name)
	}
	if err != nil {
		return 0, 0, err
	}
	if info.Size() == 0 {
		return 0, 0, fmt.Errorf("table %s is empty", name)
	}
	if t.KeyID != 0 {
		return 0, 0, fmt.Errorf("table %s is encrypted, which this store never does", name)
	}
	file, err := z.OpenMmapFile(path, os.O_RDONLY, 0)
	if err != nil {
		return 0, 0, err
	}
	opts := badgerOptions(Config{Dir: in.dir})
	tab, err := table.OpenTable(file, table.Options{
		ReadOnly: true, BlockSize: opts.BlockSize, TableSize: uint64(opts.BaseTableSize),
		Compression: t.Compression, ChkMode: options.OnBlockRead,
	})
	if err != nil {
		return 0, 0, fmt.Errorf("table %s is broken (%w)", name, err)
	}
	defer file.Close(-1)
	if info.Size() <= verify {
		if err := tab.VerifyChecksum(); err != nil {
			return 0, 0, fmt.Errorf("table %s is broken (%w)", name, err)
		}
	}
	it := tab.NewIterator(table.NOCACHE)
	defer it.Close()
	it.Seek(y.KeyWithTs([]byte(numberKey), math.MaxUint64))
	if it.Valid() && string(y.ParseKey(it.Key())) == numberKey {
		if v := it.Value(); len(v.Value) == 8 {
			newest = binary.BigEndian.Uint64(v.Value)
		}
	}
	return newest, info.Size(), nil
}

// recovered turns a panic of Badger's, which takes what it reads for whole, into an error.
func recovered(err *error, name string) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%s is broken: %s", name, fromBackup)
	}
}
