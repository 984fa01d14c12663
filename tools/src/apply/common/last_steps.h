#pragma once
// What is done to an engine between the order to stop and its SIGTERM, as it may be killed in any
// moment: the kubelet gives a pod that is deleted by force 2 s.

#include "apply/common/position_keeper.h"
#include "resp/client.h"

namespace bowline {

/// What is acknowledged from now on is in the append-only file, whoever is killed: with
/// `appendfsync everysec` the engine keeps writes in its memory for up to 2 s while the disk is
/// busy with the sync before (aof.c, flushAppendOnlyFile). With `no` it never does, and a stop
/// syncs the file all the same. `always` and `no` stay.
Status WriteThrough(RespClient& engine, Deadline deadline);

/// Where the engine ends: a primary's writes are paused first, so that none comes after the
/// position. `addresses`: of the members.
Status NoteEnd(RespClient& engine, PositionKeeper& positions, const AddressBook& addresses,
               Deadline deadline);

}  // namespace bowline
