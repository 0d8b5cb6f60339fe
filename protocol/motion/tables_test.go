package motion

import "strings"

// Where clients have the tables.
const (
	typeScriptTables = "../../web/src/sdk/motioncodes.ts"
	godotTables      = "../../godot/addons/realmwire/motion/motion_codes.gd"
)

// mapLines cuts the map for reading.
func mapLines(of string) []string {
	var out []string
	for i := 0; i < len(of); i += mapWidth {
		out = append(out, of[i:min(len(of), i+mapWidth)])
	}
	return out
}

func goTables(spelled []string, of string) string {
	return "package motion\n\n// Made by go test ./protocol/motion -run Fit -fit. See docs/wire.md#predicted-difference.\n\n" +
		"// spellings are the lengths of each code's words, a letter a symbol: a is 1.\nvar spellings = [...]string{\n\t\"" +
		strings.Join(spelled, "\",\n\t\"") + "\",\n}\n\n// codeOf says which code serves a context: 0 is the first.\nconst codeOf = \"\" +\n\t\"" +
		strings.Join(mapLines(of), "\" +\n\t\"") + "\"\n"
}

func typeScript(spelled []string, of string) string {
	return "// Made by go test ./protocol/motion -run Fit -fit. See docs/wire.md#predicted-difference.\n\n" +
		"/** The lengths of each code's words, a letter a symbol: a is 1. */\nexport const SPELLINGS: readonly string[] = [\n  '" +
		strings.Join(spelled, "',\n  '") + "',\n];\n\n/** Which code serves a context: 0 is the first. */\nexport const CODE_OF: string =\n  '" +
		strings.Join(mapLines(of), "' +\n  '") + "';\n"
}

func godot(spelled []string, of string) string {
	return "class_name RealmwireMotionCodes\nextends RefCounted\n## The static codes of what moves. Made by [code]go test ./protocol/motion -run Fit -fit[/code]; see\n## docs/wire.md, \"Predicted difference\".\n\n" +
		"## The lengths of each code's words, a letter a symbol: a is 1.\nconst SPELLINGS: Array[String] = [\n\t\"" +
		strings.Join(spelled, "\",\n\t\"") + "\",\n]\n\n## Which code serves a context: 0 is the first.\nconst CODE_OF: String = (\n\t\"" +
		strings.Join(mapLines(of), "\"\n\t+ \"") + "\"\n)\n"
}
