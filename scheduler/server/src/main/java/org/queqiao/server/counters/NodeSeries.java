package org.queqiao.server.counters;

import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.metrics.Series;

/** What one node counted over time. */
public record NodeSeries(NodeName node, Series series) {}
