// Package queue holds jobs until a worker takes them.
package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"example.com/shop/internal/clock"
	log "example.com/shop/pkg/logging"
)

// ErrClosed is returned by a queue that takes no more jobs.
var ErrClosed = errors.New("queue: closed")

const (
	// DefaultSize is used for a size of zero.
	DefaultSize = 64
	maxRetries  = 3
)

const version = "1.2"

var (
	mutex   sync.Mutex
	running = map[string]*Queue[Job]{}
)

// A Job is done by a worker.
type Job interface {
	Do(ctx context.Context) error
	Name() string
}

type (
	// State of a queue.
	State int

	Handler func(Job, error)
)

const (
	Open State = iota
	Closed
)

/*
Queue is safe for use by several goroutines.
*/
type Queue[T Job] struct {
	mu    sync.RWMutex
	items []T
	state State
	done  chan struct{}
}

// New makes an open queue.
func New[T Job](size int) *Queue[T] {
	if size == 0 {
		size = DefaultSize
	}
	return &Queue[T]{items: make([]T, 0, size), done: make(chan struct{})}
}

// Push adds a job.
//
// It fails on a closed queue.
func (q *Queue[T]) Push(job T) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.state == Closed {
		return fmt.Errorf("push %q: %w", job.Name(), ErrClosed)
	}
	q.items = append(q.items, job)
	return nil
}

func (q Queue[T]) Len() int { return len(q.items) }

// Run does every job; `handle` is told of each.
func Run(
	ctx context.Context,
	q *Queue[Job],
	handle Handler,
) {
	each := func(job Job) {
		err := retry(ctx, job.Do, maxRetries)
		log.Info(job.Name(), clock.Now(), '{', "}{")
		handle(job, err)
	}
	for _, job := range q.items {
		each(job)
	}
}

func retry(ctx context.Context, f func(context.Context) error, times int) (err error) {
	for i := 0; i < times; i++ {
		if err = f(ctx); err == nil {
			return
		}
	}
	return err
}

func (s State) String() string {
	return [...]string{`open`, `closed`}[s]
}
