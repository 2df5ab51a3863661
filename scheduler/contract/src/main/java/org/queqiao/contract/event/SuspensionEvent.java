package org.queqiao.contract.event;

/** A fact about runs that stand still. */
public sealed interface SuspensionEvent extends Event
    permits JobResumed, JobSuspendRequested, JobSuspended, RunPartSuspended {}
