package org.queqiao.contract.event;

/** A fact of the log. Facts are never changed; a new kind of fact is a new record here. */
public sealed interface Event
    permits DomainDefined,
        JobAllocated,
        JobEligible,
        JobEnded,
        JobHeld,
        JobKillRequested,
        JobReleased,
        JobStarted,
        JobSubmitted,
        MembershipRemoved,
        MembershipSet,
        NodeDown,
        NodeDrained,
        NodeFenced,
        NodeRegistered,
        NodeResumed,
        NodeUp,
        PartitionDefined,
        ProjectDefined,
        RoleGranted,
        RoleRevoked,
        TariffDefined,
        UserDefined,
        WalletFunded {}
