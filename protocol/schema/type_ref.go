package schema

// Ref is the id of an entity, or 0.
const Ref Kind = "ref"

const snapshotPath = "github.com/realmwire/realmwire/protocol/snapshot"

// refBits is the longest form of an entity's id. See docs/wire.md#varuint.
const refBits = 36

func init() {
	register(Ref, kind{
		declared:  "snapshot.ID",
		known:     []knownType{{snapshotPath, "ID", "uint32"}},
		scan:      func(*scanner, scanned) (Type, error) { return Type{Kind: Ref}, nil },
		canonical: func(*Type) string { return "ref" },
		mostBits:  func(*Type) int64 { return refBits },
		plain:     always,
	})
}
