package driver

import "testing"

func TestDoor(t *testing.T) {
	var d Door
	for range 2 {
		if !d.Enter() {
			t.Fatal("an open door lets nobody in")
		}
	}
	empty := d.Close()
	if empty == nil || d.Close() != nil {
		t.Fatal("the door was not shut once")
	}
	if d.Enter() {
		t.Error("a shut door lets somebody in")
	}
	d.Leave()
	select {
	case <-empty:
		t.Fatal("empty with one inside")
	default:
	}
	d.Leave()
	<-empty

	var nobody Door
	<-nobody.Close()
}
