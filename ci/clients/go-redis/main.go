// The write recorder with go-redis; see ../README.md.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

type settings struct {
	mode             string
	seeds            []string
	masterName       string
	password         string
	sentinelPassword string
	workers          int
	interval         time.Duration
	file             string
	run              string
}

func arguments() (settings, <-chan time.Time) {
	s := settings{
		password:         os.Getenv("RECORDER_PASSWORD"),
		sentinelPassword: os.Getenv("RECORDER_SENTINEL_PASSWORD"),
		run:              fmt.Sprintf("g%08x", uint32(time.Now().UnixNano())),
	}
	flag.StringVar(&s.mode, "mode", "cluster", "cluster, sentinel or direct")
	seeds := flag.String("seeds", "", "HOST:PORT[,HOST:PORT...]")
	flag.StringVar(&s.masterName, "master-name", "mymaster", "sentinel mode")
	flag.IntVar(&s.workers, "workers", 3, "writers; in a cluster one per shard")
	interval := flag.Float64("interval", 0.01, "seconds between two writes of a worker")
	seconds := flag.Float64("seconds", 0, "stop after so long (0: at SIGINT or SIGTERM)")
	flag.StringVar(&s.file, "file", "", "where the recording is kept")
	flag.Parse()
	if *seeds == "" || s.file == "" || connectors[s.mode] == nil {
		flag.Usage()
		os.Exit(64)
	}
	s.seeds = strings.Split(*seeds, ",")
	s.interval = duration(*interval)
	if *seconds > 0 {
		return s, time.After(duration(*seconds))
	}
	return s, nil
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

func main() {
	s, over := arguments()
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGINT, syscall.SIGTERM)
	r := start(s)
	select {
	case <-over:
	case <-stopped:
	}
	if err := r.stop().save(s.file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
