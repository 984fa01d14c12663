// The writing side: one goroutine per worker, each with its own client.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	registerEvery   = 20
	pauseAfterError = 50 * time.Millisecond
)

type recorder struct {
	settings settings
	started  float64
	halt     chan struct{}
	serving  sync.WaitGroup // until every worker has its first acknowledgement
	running  sync.WaitGroup
	workers  []*notes
}

// start returns at once; it prints "serving" when every worker has its first acknowledgement.
func start(s settings) *recorder {
	r := &recorder{settings: s, started: now(), halt: make(chan struct{})}
	r.serving.Add(s.workers)
	for number := range s.workers {
		first, last := slotRange(s, number)
		n := &notes{
			Number: number, FirstSlot: first, LastSlot: last,
			Acks: []pair{}, RegisterFailed: []int{}, Errors: []pair{},
		}
		for i := 0; n.Register == "" || !n.owns(n.Register); i++ {
			n.Register = fmt.Sprintf("%s:%d:register:%d", s.run, number, i)
		}
		r.workers = append(r.workers, n)
		r.running.Go(func() { r.write(n) })
	}
	go func() {
		r.serving.Wait()
		fmt.Println("serving")
	}()
	return r
}

func (r *recorder) stop() recording {
	close(r.halt)
	ended := now()
	r.running.Wait()
	return recording{Run: r.settings.run, Started: r.started, Ended: ended, Workers: r.workers}
}

func (n *notes) owns(key string) bool {
	slot := keySlot(key)
	return n.FirstSlot <= slot && slot <= n.LastSlot
}

func (r *recorder) write(n *notes) {
	client := connectors[r.settings.mode](r.settings)
	defer client.Close()
	count := 0
	for sequence := 1; ; sequence++ {
		key := fmt.Sprintf("%s:%d:%d", r.settings.run, n.Number, sequence)
		if !n.owns(key) {
			continue
		}
		began := time.Now()
		pause := r.settings.interval
		if err := n.set(client, key, sequence, count%registerEvery == 0); err != nil {
			n.Errors = append(n.Errors, pair{now(), describe(err)})
			pause = pauseAfterError
			began = time.Now()
		}
		if len(n.Acks) == 1 && n.Acks[0][1] == sequence {
			r.serving.Done()
		}
		count++
		select {
		case <-r.halt:
			return
		case <-time.After(pause - time.Since(began)):
		}
	}
}

func (n *notes) set(client redis.UniversalClient, key string, sequence int, register bool) error {
	ctx := context.Background()
	if err := client.Set(ctx, key, sequence, 0).Err(); err != nil {
		return err
	}
	n.Acks = append(n.Acks, pair{now(), sequence})
	if !register {
		return nil
	}
	if err := client.Set(ctx, n.Register, sequence, 0).Err(); err != nil {
		n.RegisterFailed = append(n.RegisterFailed, sequence)
		return err
	}
	n.RegisterAcked = sequence
	return nil
}

// describe: the first word of a server's reply, or the innermost error without addresses.
func describe(err error) string {
	var reply redis.Error
	if errors.As(err, &reply) {
		word, _, _ := strings.Cut(reply.Error(), " ")
		return word
	}
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return "timeout"
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	text, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "redis: "), ": ")
	return text
}
