package org.queqiao.contract.event;

/** A fact about runs of other schedulers. */
public sealed interface ObservedEvent extends Event
    permits ClusterObserved, RunImported, RunObserved {}
