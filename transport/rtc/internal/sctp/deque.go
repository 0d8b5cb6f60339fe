package sctp

// deque is a queue in a ring that grows.
type deque[T any] struct {
	buf  []T // its length is a power of two
	head int
	n    int
}

// dequeKept is the largest ring that does not shrink again.
const dequeKept = 16

func (q *deque[T]) len() int { return q.n }

func (q *deque[T]) at(i int) *T { return &q.buf[(q.head+i)&(len(q.buf)-1)] }

// push appends v and returns where it lies until the next push.
func (q *deque[T]) push(v T) *T {
	if q.n == len(q.buf) {
		q.resize(max(8, 2*len(q.buf)))
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
	if len(q.buf) > dequeKept && q.n <= len(q.buf)/8 {
		q.resize(len(q.buf) / 4)
	}
}

func (q *deque[T]) resize(size int) {
	buf := make([]T, size)
	for i := range q.n {
		buf[i] = *q.at(i)
	}
	q.buf, q.head = buf, 0
}
