package web_test

import (
	"os"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }
