#pragma once
// Times that depend on each other: bounds of waits that lie within longer waits, periods of looks
// and how old their results may be, pauses of writes. Each relation is a static_assert below the
// times that it is about, so a change that breaks one does not compile. In `base`, since times of
// `sys` and `web` are compared with those of `plan`, `apply` and `cmd`, and no other layer is seen
// by all of them. A time that depends on no other one stands where it is used.
//
// The unit is in the type. Times that users set are in model/settings.h.

#include <chrono>

namespace bowline {

// --- What others do --------------------------------------------------------------------------

/// Least cluster-node-timeout and down-after that the settings allow (model/settings.cc).
inline constexpr std::chrono::milliseconds kLeastDownAfter{500};
/// The default of down-after (charts/bowline/values.yaml: sentinel.downAfterMilliseconds).
inline constexpr std::chrono::milliseconds kUsualDownAfter{3000};
/// The default of cluster-node-timeout (charts/bowline/values.yaml:
/// cluster.nodeTimeoutMilliseconds).
inline constexpr std::chrono::milliseconds kUsualNodeTimeout{2500};
/// Least timeoutSeconds of a probe (Kubernetes API, core/v1 Probe).
inline constexpr std::chrono::milliseconds kLeastProbeTimeout{1000};
/// Between two readiness probes (charts/bowline/values.yaml: probes.readiness.periodSeconds).
inline constexpr std::chrono::milliseconds kReadinessPeriod{2000};
/// For so long a client library usually waits for a reply (docs/clients.md).
inline constexpr std::chrono::milliseconds kClientReply{1000};
/// An accepted CLUSTER FAILOVER is given up by the engine (cluster_legacy.c, CLUSTER_MF_TIMEOUT).
inline constexpr std::chrono::milliseconds kEngineFailover{5000};
/// A packet that is lost is sent again at the earliest (RFC 6298; Linux, TCP_RTO_MIN).
inline constexpr std::chrono::milliseconds kRetransmission{200};
/// Between two changes of iptables by kube-proxy (iptables.minSyncPeriod, default).
inline constexpr std::chrono::milliseconds kProxySync{1000};

// --- Looks at the own engine, and their age in reports and probes ------------------------------

/// Of one look at the engine: all its questions together.
inline constexpr std::chrono::milliseconds kSnapshotTimeout{700};
/// Of an engine that gives no reply: whether its event loop runs (docs/facts/silence.md).
inline constexpr std::chrono::milliseconds kLoopCheck{200};
/// Between two looks, when nobody asks for one.
inline constexpr std::chrono::milliseconds kEngineLook{1500};
/// Who asks for a look waits for one that is on its way, and for one after it.
inline constexpr std::chrono::milliseconds kSnapshotPatience{1500};
static_assert(kSnapshotPatience > 2 * kSnapshotTimeout);
/// Looks that are further apart say that this program did not run: the engine's silence proves
/// nothing (plan/common/stuck.h).
inline constexpr std::chrono::milliseconds kLooksInterrupted{5000};
static_assert(kLooksInterrupted > kEngineLook + kSnapshotTimeout + kLoopCheck);

/// How old an engine's snapshot in a report may be when the report is told.
inline constexpr std::chrono::milliseconds kReportAge{100};
/// A report waits so long for a look at an engine that does not answer, then it tells the last one.
inline constexpr std::chrono::milliseconds kReportWait{800};
/// How old the look in a report can be: it was on its way when the report began to wait.
inline constexpr std::chrono::milliseconds kOldestReport{1500};
static_assert(kReportWait > kSnapshotTimeout);
static_assert(kOldestReport >= kReportWait + kSnapshotTimeout);
static_assert(kOldestReport < kUsualNodeTimeout, "a handover by votes is secure until then");

/// How old the look may be by which a probe is answered; until the member has been ready once.
inline constexpr std::chrono::milliseconds kProbeAge{500};
inline constexpr std::chrono::milliseconds kFirstProbeAge{50};
/// A probe waits so long for a look, then it is answered by the last one.
inline constexpr std::chrono::milliseconds kProbeLook{30};
/// Left of the kubelet's time-out for the way of the answer.
inline constexpr std::chrono::milliseconds kProbeAnswer{300};
static_assert(kProbeLook + kProbeAnswer < kLeastProbeTimeout);

/// How long a primary may refuse all writes and be ready. One that has just been promoted refuses
/// them until its replicas have come: were it not ready meanwhile, its clients would wait for the
/// next probe.
inline constexpr std::chrono::milliseconds kMayRefuse{3000};
/// How long a primary that has just been promoted is ready before a majority of the sentinels names
/// it. Until they have been asked anew they name its predecessor: were it not ready meanwhile, its
/// clients would wait for the next probe. Not when another one is named in a later epoch.
inline constexpr std::chrono::milliseconds kMayBeUnnamed{2000};
/// How long an engine whose process runs may give no answer and be ready: it answers late when a
/// command of 2 s holds it up, and a look at it begins up to kEngineLook after its last answer. A
/// client that waits is better off than one that finds no endpoint. Longer than that the other
/// members take it for dead (node-timeout, down-after).
inline constexpr std::chrono::milliseconds kMayBeSilent{3500};
static_assert(kMayRefuse >= kReadinessPeriod && kMayBeUnnamed >= kReadinessPeriod);
static_assert(kMayBeSilent >= kEngineLook + std::chrono::seconds(2));

// --- Fencing (plan/common/fence.h, docs/decisions/0013-fencing.md) ------------------------------

/// How often the primary looks at its connections.
inline constexpr std::chrono::milliseconds kFenceLook{100};
/// How long a new connection to a voter may take.
inline constexpr std::chrono::milliseconds kFencePatience{300};
/// Nobody must have acknowledged anything for so long before the primary counts as cut off.
inline constexpr std::chrono::milliseconds kFenceAfter{450};
/// When replicas have acknowledged nothing for so long, the voters are asked: they have three looks
/// left to be heard.
inline constexpr std::chrono::milliseconds kFenceDoubt{150};
/// So long after it was asked a voter counts as heard: its answer is on its way, and a lost packet
/// is sent again once.
inline constexpr std::chrono::milliseconds kVoterAnswer{250};
/// Between two questions to the voters.
inline constexpr std::chrono::milliseconds kVoterAskAgain{200};
/// Of the voters' reports, where the kernel cannot tell of connections.
inline constexpr std::chrono::milliseconds kVoterReports{150};
/// Looks that are further apart, without their own calls, say that this program did not run.
inline constexpr std::chrono::milliseconds kFenceInterrupted{200};
/// Of one call of the fence to the own engine; tried once more with a new connection.
inline constexpr std::chrono::milliseconds kFenceCall{200};
/// Of one pause of writes; renewed at each look, and the engine keeps the latest end.
inline constexpr std::chrono::milliseconds kFencePause{500};
static_assert(kFenceAfter < kLeastDownAfter, "fenced before anybody can take it for dead");
static_assert(kFenceDoubt > kFenceLook, "one look without an acknowledgement is no doubt");
static_assert(kFenceDoubt + 3 * kFenceLook <= kFenceAfter);
static_assert(kFencePatience <= kFenceAfter - kFenceDoubt);
static_assert(kVoterAnswer > kRetransmission && kFenceDoubt + kVoterAnswer <= kFenceAfter);
static_assert(kVoterReports < kVoterAskAgain);
static_assert(kFenceInterrupted >= 2 * kFenceLook);
static_assert(kFencePause >= kFenceLook + 2 * kFenceCall, "renewed before it ends");

// --- Bounded loss (plan/common/bounded_loss.h, docs/decisions/0048-bounded-loss.md) -------------

/// A replica acknowledges once a second (replication.c, replicationCron), a little later when its
/// event loop is busy.
inline constexpr std::chrono::milliseconds kReplicaAcks{1500};
/// Between two looks at what the replicas have acknowledged, and while writes wait.
inline constexpr std::chrono::milliseconds kLossLook{250};
inline constexpr std::chrono::milliseconds kLossRenew{100};
/// Of one call for that to the own engine.
inline constexpr std::chrono::milliseconds kLossCall{200};
/// Of one pause of writes; renewed at each look, and the engine keeps the latest end.
inline constexpr std::chrono::milliseconds kLossPause{500};
/// Looks that are further apart say that this program did not run: one that is late sees a replica
/// in sync behind by all that was written meanwhile.
inline constexpr std::chrono::milliseconds kLossInterrupted{1000};
/// While there is no bound, or the engine leads nobody.
inline constexpr std::chrono::milliseconds kLossIdle{1000};
/// Between two times that sentinels are freed whose message waits with the writes. They take a
/// primary for dead by such a message (docs/facts/sentinel.md, 2).
inline constexpr std::chrono::milliseconds kFreeSentinels{500};
static_assert(kLossPause >= kLossRenew + 2 * kLossCall, "renewed before it ends");
static_assert(kLossInterrupted > kLossLook + 2 * kLossCall);
static_assert(kFreeSentinels + kReplicaAcks < kUsualDownAfter);

// --- Looks at the others, repairs, labels ------------------------------------------------------

/// Between two looks of the monitor at the own engine.
inline constexpr std::chrono::milliseconds kMonitorLook{1000};
/// Between two looks at the others while nothing has changed.
inline constexpr std::chrono::milliseconds kQuietLook{3000};
/// After a cut of a primary that may have been replaced: its writes stay paused until it is made a
/// replica, by looks at the others that are kQuietLook apart.
inline constexpr std::chrono::milliseconds kFenceSettle{3000};
static_assert(kMonitorLook < kQuietLook);
static_assert(kFenceSettle >= kQuietLook);

/// Between two look-ups of the own Service. Somebody may have made it anew, and nobody else can
/// announce its address.
inline constexpr std::chrono::milliseconds kOwnLookup{30'000};
/// Between two look-ups of a member that cannot be reached where it is known to be.
inline constexpr std::chrono::milliseconds kTroubleLookup{5'000};
static_assert(kTroubleLookup > kQuietLook && kTroubleLookup < kOwnLookup);

/// So long after a change of roles the label for readers stays as it is: kube-proxy must have taken
/// up the primary's Service first.
inline constexpr std::chrono::milliseconds kReadsLater{1500};
static_assert(kReadsLater > kProxySync);

/// Last copies: between two looks, how old the look at the own engine may be, and how long the
/// others are asked. The label is there within 1.5 s, with one call to the API server of half a
/// second (docs/failure-modes.md).
inline constexpr std::chrono::milliseconds kLastCopyLook{400};
inline constexpr std::chrono::milliseconds kLastCopyOwnAge{300};
inline constexpr std::chrono::milliseconds kLastCopyReports{300};
static_assert(kLastCopyLook + kLastCopyOwnAge + kLastCopyReports <= std::chrono::seconds(1));

/// For how long a primary must have refused its writes. In sentinel mode it answers PING with
/// MISCONF, so the sentinels take it for down after their down-after and choose anybody.
inline constexpr std::chrono::milliseconds kUnwritableAfter{2000};
/// Between two test writes on a replica's volume, and how old the proof may be.
inline constexpr std::chrono::milliseconds kWriteTest{2000};
inline constexpr std::chrono::milliseconds kWriteProofAge{5000};
/// Between two handovers of one member for this reason, and after any change of the lead that it
/// made by itself: when all volumes fill up in turn, the role must not go round in a group.
inline constexpr std::chrono::minutes kBetweenUnwritable{10};
static_assert(kUnwritableAfter < kUsualDownAfter);
static_assert(kWriteProofAge > 2 * kWriteTest);

/// Of a replica that misses writes and leads all the same: one try, and from one to the next.
inline constexpr std::chrono::milliseconds kStaleTakeOver{5'000};
inline constexpr std::chrono::milliseconds kStaleAgain{10'000};
static_assert(kStaleAgain > kStaleTakeOver);

// --- Start -------------------------------------------------------------------------------------

/// Between two questions to name servers for one name.
inline constexpr std::chrono::milliseconds kDnsAskAgain{500};
/// Of one look-up of all members at a start.
inline constexpr std::chrono::milliseconds kStartDns{1500};
/// For so long a start waits for DNS before it uses what is saved.
inline constexpr std::chrono::milliseconds kDnsPatience{3'000};
/// Between two questions to DNS while what is saved is used.
inline constexpr std::chrono::milliseconds kDnsAgain{3'000};
static_assert(kStartDns >= 3 * kDnsAskAgain, "three name servers are asked");
static_assert(kDnsPatience >= 2 * kStartDns && kDnsAgain > kStartDns);

/// A peer that has not shaken hands by then has not heard us: a new pod's address is not routed at
/// once. The kernel repeats the first packet only after a second (RFC 6298, 2.1).
inline constexpr std::chrono::milliseconds kPeerHandshake{200};
/// While others are only being started a look at them is short, so that the next one finds them
/// sooner: for so long after the begin, and how long it is.
inline constexpr std::chrono::milliseconds kFirstLooks{1800};
inline constexpr std::chrono::milliseconds kFirstReports{250};
/// Of a later look at the others.
inline constexpr std::chrono::milliseconds kStartReports{600};
/// How long a primary with data waits for the reports of its own shard before it resumes without
/// them.
inline constexpr std::chrono::milliseconds kShardPatience{2500};
/// How long a member that is given up is waited for all the same: a value that was left set must
/// not make a later, usual start hasty.
inline constexpr std::chrono::milliseconds kWithoutAfter{30'000};
/// How long a server waits for the report of the one to whom it has given the lead, when no
/// sentinel has heard of that.
inline constexpr std::chrono::milliseconds kHandoverPatience{30'000};
/// After a death of all: how long a replica may not be promoted while its primary is silent, which
/// is about to come back, with writes that may be nowhere else.
inline constexpr std::chrono::milliseconds kPrimaryPatience{30'000};
/// How long a member with a damaged dataset that would lead waits for silent members of its shard,
/// and how long for one that holds an intact dataset and cannot take over yet.
inline constexpr std::chrono::milliseconds kDamagePatience{60'000};
inline constexpr std::chrono::milliseconds kIntactPatience{600'000};
static_assert(kPeerHandshake < kFirstReports, "there is time for an answer");
static_assert(kFirstReports < kStartReports);
static_assert(kFirstLooks + kFirstReports < kShardPatience,
              "nothing is decided without those that were asked by a short look");
static_assert(kShardPatience < kWithoutAfter);
static_assert(kWithoutAfter < kDamagePatience, "startWithout ends the wait");
static_assert(kDamagePatience < kIntactPatience);

// --- After the death of a primary's engine -----------------------------------------------------

/// So long after the death a replica whose link is still up may be receiving what was sent: on a
/// loaded node the end of the connection is told later than that.
inline constexpr std::chrono::milliseconds kStreamEnds{400};
/// Of one look at the others.
inline constexpr std::chrono::milliseconds kDeathReports{500};
/// How long silent members of the shard are waited for when no replica is proven to be in sync.
inline constexpr std::chrono::milliseconds kSilentPatience{2500};
/// Of one take-over by a replica.
inline constexpr std::chrono::milliseconds kDeathTakeOver{4000};
/// An engine that ends again and again is left to the kubelet's back-off.
inline constexpr std::chrono::seconds kRestartEvery{60};
static_assert(kStreamEnds >= 2 * kRetransmission);
static_assert(kStreamEnds + kDeathReports < kSilentPatience);
static_assert(kRestartEvery > kSilentPatience + kDeathTakeOver);

// --- Handovers and stops -----------------------------------------------------------------------

/// Of one call to an engine in a handover.
inline constexpr std::chrono::milliseconds kHandoverCall{1000};
/// Of one look at all members.
inline constexpr std::chrono::milliseconds kHandoverReports{800};
static_assert(kHandoverReports <= kHandoverCall);

/// After a switch: how long a majority is asked whether the target leads; then all is decided anew.
/// A majority that can be reached answers within a second.
inline constexpr std::chrono::milliseconds kConfirmation{5000};
/// Left of the grace period for the engine's own shutdown (waiting for replicas, the last fsync).
inline constexpr std::chrono::milliseconds kShutdown{10'000};
/// A handover may take so long however short the grace period is.
inline constexpr std::chrono::milliseconds kLeastHandover{5'000};
/// SIGTERM follows the hook at once: a result that is older is not of this stop.
inline constexpr std::chrono::milliseconds kResultHolds{5'000};
/// How long an obstacle is waited for: a copy that is just ending, a sentinel that is just coming
/// back.
inline constexpr std::chrono::milliseconds kObstaclePatience{3'000};
/// The same for others that take the replica for failed: their connections to its former address
/// hang for up to some node timeouts; writes go on meanwhile.
inline constexpr std::chrono::milliseconds kFlagPatience{15'000};
/// Of one message to a member's program, and how long a program that does not answer is asked
/// before it has taken the order.
inline constexpr std::chrono::milliseconds kOrderMessage{1000};
inline constexpr std::chrono::milliseconds kOrderUnheard{3000};
/// The last pause of writes of an engine that ends.
inline constexpr std::chrono::milliseconds kLastPause{30'000};
static_assert(kConfirmation > 2 * kHandoverCall && kConfirmation <= kLeastHandover);
static_assert(kObstaclePatience < kLeastHandover && kObstaclePatience < kFlagPatience);
static_assert(kOrderMessage < kOrderUnheard && kOrderUnheard < kLeastHandover);
static_assert(kLastPause > kShutdown, "writes stay paused until the engine has ended");

/// Sentinel mode: how long writes wait at most. It ends by itself should this program die, before
/// the sentinels take a paused primary for dead (facts/sentinel.md 2).
inline constexpr std::chrono::milliseconds kLongestPause{2000};
/// Of the promotion itself, once writes wait.
inline constexpr std::chrono::milliseconds kPromotion{500};
/// How long clients are kept from the new primary until everybody is ready for them.
inline constexpr std::chrono::milliseconds kClientsSettled{500};
/// A message that comes while a sentinel's link is being made is lost: it is told again.
inline constexpr std::chrono::milliseconds kTellAgain{100};
/// Of one round of that: a dead node's sentinel must not hold it up.
inline constexpr std::chrono::milliseconds kTellLook{250};
/// After the switch, before the old primary stops: how long others are waited for that follow the
/// new one.
inline constexpr std::chrono::milliseconds kReplicasPatience{3000};
/// From just before the promotion on: whatever becomes of this program (the kubelet kills a hook of
/// a pod that is deleted by force after 2 s), the old primary must take no write before it is a
/// replica, as the other one's data counts from then on. Its resident program settles what was cut
/// off (apply/sentinel/cut_handover.h); a start waits as long for the other one.
inline constexpr std::chrono::milliseconds kPromotedPause = kHandoverPatience;
/// Of a server that the sentinels have not taken: its own program repairs it by looks at the others
/// (plan/sentinel/server_heal.h).
inline constexpr std::chrono::milliseconds kDisownedPause{10'000};
/// So long after its role has changed a server does not follow the word of an older epoch. A
/// planned handover in sentinel mode may need it from the promotion until the old primary has
/// stepped back, which may be tried twice.
inline constexpr std::chrono::milliseconds kRoleSettles{5000};
static_assert(kLongestPause < kUsualDownAfter);
static_assert(kLongestPause > kHandoverCall + kPromotion);
static_assert(kClientsSettled < kClientReply);
static_assert(kTellAgain < kTellLook && kTellLook <= kClientsSettled);
static_assert(kRoleSettles >=
              kPromotion + kHandoverCall + kTellLook + kClientsSettled + 2 * kHandoverCall);
static_assert(kPromotedPause > kRoleSettles);
static_assert(kDisownedPause > kQuietLook + kMonitorLook + kHandoverCall);

/// Cluster mode: how long the own switch may take before it is asked whether the engine has given
/// it up.
inline constexpr std::chrono::milliseconds kEngineGivesUp{5500};
/// A plain failover takes about 50 ms (facts/cluster.md 3b), at most some 200 ms with a replica
/// that is behind.
inline constexpr std::chrono::milliseconds kUsualSwitch{400};
/// Longest pause of writes by this program; below a client's usual reply time-out plus the engine's
/// own steps.
inline constexpr std::chrono::milliseconds kOwnPause{3000};
/// Of a handover that runs when the engine ends: its connections to that engine break at once, and
/// nothing else is decided before it has ended.
inline constexpr std::chrono::milliseconds kHandoverEnds{1500};
static_assert(kEngineGivesUp > kEngineFailover);
static_assert(kUsualSwitch < kHandoverCall && kOwnPause > kHandoverCall);
static_assert(kHandoverEnds > kHandoverCall);

// --- The gate of an upgrade (docs/decisions/0029-upgrade-gate.md) -------------------------------

/// Of one start of the engine that is tried: a pod of a busy node has few shares.
inline constexpr std::chrono::milliseconds kTrialAnswer{10'000};
/// Of its end.
inline constexpr std::chrono::milliseconds kTrialEnd{2000};
/// Of all starts of the trial together.
inline constexpr std::chrono::milliseconds kTrialTime{30'000};
/// Until the engine's container must have told its result.
inline constexpr std::chrono::milliseconds kGateTrial{35'000};
/// Of what is asked of the API server, which may be restarted just now.
inline constexpr std::chrono::milliseconds kGateApi{20'000};
/// Of everything: a pod that is ended says no reason.
inline constexpr std::chrono::milliseconds kGateTime{40'000};
/// After so long the chart ends the pod, the pull of this program's image included
/// (charts/bowline/templates/_gate-trial.tpl, bowline.gatePodSeconds).
inline constexpr std::chrono::milliseconds kGatePod{55'000};
static_assert(kTrialAnswer + kTrialEnd < kTrialTime && kTrialTime < kGateTrial);
static_assert(kGateApi < kGateTime && kGateTrial < kGateTime && kGateTime < kGatePod);

}  // namespace bowline
