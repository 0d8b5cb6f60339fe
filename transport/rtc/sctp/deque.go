package sctp

// deque is a queue in a ring that grows.
type deque[T any] struct {
	buf  []T // its length is a power of two
	head int
	n    int
}

// dequeKept is the ring that an empty queue keeps.
const dequeKept = 16

func (q *deque[T]) len() int { return q.n }

func (q *deque[T]) at(i int) *T { return &q.buf[(q.head+i)&(len(q.buf)-1)] }

// push appends v and returns where it lies until the next push.
func (q *deque[T]) push(v T) *T {
	if q.n == len(q.buf) {
		buf := make([]T, max(8, 2*len(q.buf)))
		for i := range q.n {
			buf[i] = *q.at(i)
		}
		q.buf, q.head = buf, 0
	}
	q.n++
	p := q.at(q.n - 1)
	*p = v
	return p
}

// pop drops the first.
func (q *deque[T]) pop() {
	var zero T
	*q.at(0) = zero
	q.head = (q.head + 1) & (len(q.buf) - 1)
	q.n--
	if q.n == 0 && len(q.buf) > dequeKept {
		q.buf, q.head = nil, 0
	}
}
