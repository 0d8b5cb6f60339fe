package realm

import (
	"errors"
	"time"

	"github.com/realmwire/realmwire/realm/store"
)

// MinFreeForNew is how many bytes the store's disk must have left for new accounts and characters. It is twice what a commit needs: so
// whoever fills the disk with accounts stops before those who play cannot be saved.
const MinFreeForNew = 128 << 20

// room refuses what would take room for good on a disk that has little left.
func (r *Realm) room() error {
	if r.cfg.Room == nil {
		return nil
	}
	err := r.cfg.Room(MinFreeForNew)
	if !errors.Is(err, store.ErrFull) {
		return nil // what the store cannot tell is no reason to refuse anybody: the commit will tell
	}
	r.metrics.NoRoom.Inc()
	r.peers.Warn("realm: no new accounts and characters, because the disk is nearly full; those who play are still saved", "err", err)
	return &Error{
		Code: CodeStorageFull, RetryAfter: 5 * time.Minute,
		Detail: "The realm has no room for new accounts and characters at the moment; those that there are can be played. Tell the operator, and try again later.",
	}
}
