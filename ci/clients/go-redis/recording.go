// The recording, as ci/recorder/recording.py reads it.
package main

import (
	"encoding/json"
	"os"
	"time"
)

// pair is written as [seconds since the epoch, what].
type pair [2]any

type notes struct {
	Number         int    `json:"number"`
	FirstSlot      int    `json:"first_slot"`
	LastSlot       int    `json:"last_slot"`
	Register       string `json:"register"`
	Acks           []pair `json:"acks"`
	RegisterAcked  int    `json:"register_acked"`
	RegisterFailed []int  `json:"register_failed"`
	Errors         []pair `json:"errors"`
}

type recording struct {
	Run     string   `json:"run"`
	Started float64  `json:"started"`
	Ended   float64  `json:"ended"`
	Workers []*notes `json:"workers"`
}

func now() float64 { return float64(time.Now().UnixMicro()) / 1e6 }

func (r recording) save(file string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}
