package tiled

import (
	"strings"
	"testing"
)

func TestTemplates(t *testing.T) {
	const tx = `<?xml version="1.0" encoding="UTF-8"?>
<template><object name="Slime" type="slime" width="16" height="8"><properties><property name="count" type="int" value="5"/><property name="mood" value="calm"/></properties></object></template>`
	use := func(instance string) []string { return []string{`name="npcs">`, `name="npcs">` + instance} }
	t.Run("are honoured", func(t *testing.T) {
		r := Check(with(files(t, use(`<object id="9" template="slime.tx" x="16" y="16"/><object id="10" template="slime.tx" name="Big" x="16" y="16" width="32" height="16"><properties><property name="count" type="int" value="1"/></properties></object>`)...),
			map[string]string{"maps/slime.tx": tx}), "maps/meadow.tmx")
		if len(r.Findings) > 0 {
			t.Fatalf("findings:\n%s", listed(r))
		}
		small, big := r.Map.Objects[0], r.Map.Objects[1]
		if small.Name != "Slime" || small.Kind != "slime" || small.X != 256 || small.W != 256 || small.H != 128 || small.Props["count"] != "5" || small.ID != 9 {
			t.Errorf("the instance is %+v", small)
		}
		if big.Name != "Big" || big.W != 512 || big.Props["count"] != "1" || big.Props["mood"] != "calm" {
			t.Errorf("the changed instance is %+v", big)
		}
	})
	t.Run("keep their size unless both sides are given", func(t *testing.T) {
		for _, size := range []string{`width="32"`, `height="32"`, `width="32" height="0"`, `width="" height="32"`} {
			r := Check(with(files(t, use(`<object id="9" template="slime.tx" x="16" y="16" `+size+`/>`)...), map[string]string{"maps/slime.tx": tx}), "maps/meadow.tmx")
			if o := r.Map.Objects[0]; len(r.Findings) > 0 || o.W != 256 || o.H != 128 {
				t.Errorf("%s: the instance is %+v; findings:\n%s", size, o, listed(r))
			}
		}
	})
	for name, c := range map[string]struct {
		instance string
		file     string
		words    []string
	}{
		"in JSON":         {`<object id="9" template="slime.tj" x="16" y="16"/>`, tx, []string{`layer "npcs", object "" (id 9)`, "maps/slime.tj", "template", ".tx"}},
		"missing":         {`<object id="9" template="gone.tx" x="16" y="16"/>`, tx, []string{`object "" (id 9)`, "maps/gone.tx"}},
		"outside":         {`<object id="9" template="../../slime.tx" x="16" y="16"/>`, tx, []string{`object "" (id 9)`, "../../slime.tx"}},
		"of an ellipse":   {`<object id="9" template="slime.tx" x="16" y="16"/>`, strings.Replace(tx, "<properties>", "<ellipse/><properties>", 1), []string{`object "Slime" (id 9)`, "ellipse"}},
		"of a tile":       {`<object id="9" template="slime.tx" x="16" y="16"/>`, strings.Replace(tx, "<object", `<tileset firstgid="1" source="atlas.tsx"/><object gid="3"`, 1), []string{`object "Slime" (id 9)`, "a tile"}},
		"missing, again":  {`<object id="9" template="gone.tx" x="16" y="16"/><object id="10" template="gone.tx" x="1" y="1"/>`, tx, []string{`object "" (id 10)`, "maps/gone.tx", "detach"}},
		"of no size":      {`<object id="9" template="slime.tx" x="16" y="16" width="NaN"/>`, tx, []string{`object "Slime" (id 9)`, `"width"`, "NaN"}},
		"below nothing":   {`<object id="9" template="slime.tx" x="16" y="16" width="-4" height="4"/>`, tx, []string{`object "Slime" (id 9)`, "-4×4"}},
		"JSON inside":     {`<object id="9" template="slime.tx" x="16" y="16"/>`, `{"type": "template"}`, []string{"maps/slime.tx", "JSON"}},
		"without object":  {`<object id="9" template="slime.tx" x="16" y="16"/>`, `<template/>`, []string{"maps/slime.tx", "without an object"}},
		"another element": {`<object id="9" template="slime.tx" x="16" y="16"/>`, `<tileset/>`, []string{"maps/slime.tx", "not a Tiled template"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := with(files(t, use(c.instance)...), map[string]string{"maps/slime.tx": c.file, "maps/slime.tj": "{}"})
			expect(t, Check(f, "maps/meadow.tmx"), Error, c.words...)
		})
	}
}
