package org.queqiao.contract.event;

import org.queqiao.contract.id.ClusterName;

/**
 * The history of a cluster under another scheduler is known up to a moment.
 *
 * @param cluster which one
 * @param completeMs every run that ended before has been told
 */
public record ClusterObserved(ClusterName cluster, long completeMs) implements ObservedEvent {}
