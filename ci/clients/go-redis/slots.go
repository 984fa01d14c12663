// Which slot a key is in, and which slots are a worker's.
package main

import "math"

const slots = 16384

// keySlot: CRC16 (XMODEM) of a key without a hash tag.
func keySlot(key string) int {
	crc := uint16(0)
	for _, c := range []byte(key) {
		crc ^= uint16(c) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return int(crc) % slots
}

// slotRange is split as `redis-cli --cluster create` does it; without a cluster every worker has all slots.
func slotRange(s settings, worker int) (first, last int) {
	if s.mode != "cluster" {
		return 0, slots - 1
	}
	border := func(n int) int { return int(math.Round(slots / float64(s.workers) * float64(n))) }
	return border(worker), border(worker+1) - 1
}
