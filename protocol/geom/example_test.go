package geom_test

import (
	"fmt"
	"math"

	"github.com/realmwire/realmwire/protocol/geom"
)

// A ship's pose, as the fields of a component hold it: metres, and a quarter turn about the upright axis.
func Example() {
	half := math.Pi / 4
	position := geom.Vec3{X: 12.5, Y: 0.8, Z: -3}
	facing := geom.Quat{Y: float32(math.Sin(half)), W: float32(math.Cos(half))}
	fmt.Printf("%.1f %.1f %.1f, turned by %.2f %.2f\n", position.X, position.Y, position.Z, facing.Y, facing.W)
	// Output: 12.5 0.8 -3.0, turned by 0.71 0.71
}
