// The client of each mode: addresses, passwords, time-outs, and what docs/clients.md explains.
package main

import (
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	dialTimeout  = 500 * time.Millisecond
	replyTimeout = time.Second
)

var connectors = map[string]func(settings) redis.UniversalClient{
	"cluster":  cluster,
	"sentinel": sentinel,
	"direct":   direct,
}

func cluster(s settings) redis.UniversalClient {
	// docs: go-redis cluster
	client := redis.NewClusterClient(&redis.ClusterOptions{
		Addrs:        s.seeds, // {"bowline:6379"}
		Password:     s.password,
		DialTimeout:  dialTimeout,  // 500 ms
		ReadTimeout:  replyTimeout, // 1 s
		WriteTimeout: replyTimeout,
		// Default: 60 s. A dead member answers no MOVED: its slots are looked for only then.
		ClusterStateReloadInterval: 2 * time.Second,
	})
	// docs: end
	return client
}

func sentinel(s settings) redis.UniversalClient {
	// docs: go-redis sentinel
	client := redis.NewFailoverClient(&redis.FailoverOptions{
		SentinelAddrs:    s.seeds,      // {"bowline-sentinel:26379"}
		MasterName:       s.masterName, // "mymaster"
		SentinelPassword: s.sentinelPassword,
		Password:         s.password,
		DialTimeout:      dialTimeout,  // 500 ms
		ReadTimeout:      replyTimeout, // 1 s
		WriteTimeout:     replyTimeout,
	})
	// docs: end
	return client
}

func direct(s settings) redis.UniversalClient {
	// docs: go-redis direct
	client := redis.NewClient(&redis.Options{
		Addr:         s.seeds[0], // "bowline-primary:6379"
		Password:     s.password,
		DialTimeout:  dialTimeout,  // 500 ms
		ReadTimeout:  replyTimeout, // 1 s
		WriteTimeout: replyTimeout,
	})
	// docs: end
	return client
}
