package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

// codecName is the constant that holds a field's codec.
func codecName(d *schema.Def, f schema.Field) string { return lowerFirst(d.Name) + f.Name }

// codecs writes the constants for the codecs of a struct's fields.
func (g *tsEmitter) codecs(d *schema.Def) {
	for _, f := range d.Fields {
		if inPlace(f.Type) == nil {
			g.line("const %s = %s;", codecName(d, f), g.codec(f.Type))
		}
	}
}

// zero is the initial value of a field.
func (g *tsEmitter) zero(d *schema.Def, f schema.Field) string {
	if k := inPlace(f.Type); k != nil {
		return k.zero(f.Type)
	}
	return codecName(d, f) + ".create()"
}

func (g *tsEmitter) write(d *schema.Def, f schema.Field) string {
	val := "v." + lowerFirst(f.Name)
	if k := inPlace(f.Type); k != nil {
		return k.write(f.Type, val)
	}
	return fmt.Sprintf("%s.write(w, %s);", codecName(d, f), val)
}

func (g *tsEmitter) read(d *schema.Def, f schema.Field) string {
	if k := inPlace(f.Type); k != nil {
		return k.read(f.Type)
	}
	return codecName(d, f) + ".read(r)"
}

func (g *tsEmitter) writeDelta(d *schema.Def, f schema.Field) string {
	v, b := "v."+lowerFirst(f.Name), "base."+lowerFirst(f.Name)
	if k := inPlace(f.Type); k != nil {
		return k.writeDelta(f.Type, v, b)
	}
	return fmt.Sprintf("%s.writeDelta(w, %s, %s);", codecName(d, f), v, b)
}

func (g *tsEmitter) readDelta(d *schema.Def, f schema.Field) string {
	b := "base." + lowerFirst(f.Name)
	if k := inPlace(f.Type); k != nil {
		return k.readDelta(f.Type, b)
	}
	return fmt.Sprintf("%s.readDelta(r, %s)", codecName(d, f), b)
}

// equalField is the expression for: a and b have the same there.
func (g *tsEmitter) equalField(d *schema.Def, f schema.Field, a, b string) string {
	a, b = a+"."+lowerFirst(f.Name), b+"."+lowerFirst(f.Name)
	if k := inPlace(f.Type); k != nil {
		return k.equal(f.Type, a, b)
	}
	return fmt.Sprintf("%s.equal(%s, %s)", codecName(d, f), a, b)
}
