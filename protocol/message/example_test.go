package message_test

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/message"
)

// A line of chat, as it rides on the reliable lane; a game's own messages are written and read the same way.
func ExampleRead() {
	raw := message.Append(nil, &message.Say{Text: "hello"})
	var said message.Say
	if err := message.Read(raw, &said); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(raw), "bytes:", said.Text)
	fmt.Println(message.Read(raw[:3], &said))
	// Output:
	// 7 bytes: hello
	// message is malformed
}
