// The client of each mode: only addresses, passwords and time-outs are set, all else is the library's default.
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
		Addrs:        s.seeds, // {"cache:6379"}
		Password:     s.password,
		DialTimeout:  dialTimeout,  // 500 ms
		ReadTimeout:  replyTimeout, // 1 s
		WriteTimeout: replyTimeout,
	})
	// docs: end
	return client
}

func sentinel(s settings) redis.UniversalClient {
	// docs: go-redis sentinel
	client := redis.NewFailoverClient(&redis.FailoverOptions{
		SentinelAddrs:    s.seeds,      // {"cache-sentinel:26379"}
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
		Addr:         s.seeds[0], // "cache-primary:6379"
		Password:     s.password,
		DialTimeout:  dialTimeout,  // 500 ms
		ReadTimeout:  replyTimeout, // 1 s
		WriteTimeout: replyTimeout,
	})
	// docs: end
	return client
}
