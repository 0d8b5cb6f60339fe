package sctp

// maxStreams bounds the streams of each direction that an association remembers. Ours uses two.
const maxStreams = 32

// stream is one stream's place in its order.
type stream struct {
	id   uint16
	next uint16 // the stream sequence number that comes next
}

// streams are those in use; so few that a list is the fastest map.
type streams []stream

// get returns the stream, new if need be; nil where there are too many. It is valid until the next get.
func (s *streams) get(id uint16) *stream {
	for i := range *s {
		if (*s)[i].id == id {
			return &(*s)[i]
		}
	}
	if len(*s) == maxStreams {
		return nil
	}
	*s = append(*s, stream{id: id})
	return &(*s)[len(*s)-1]
}
