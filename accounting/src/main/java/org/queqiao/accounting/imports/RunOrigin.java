package org.queqiao.accounting.imports;

import java.time.ZoneId;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.ProjectName;

/**
 * What a file of runs does not say.
 *
 * @param cluster where they ran
 * @param zone of its clocks, for times without one
 * @param project that pays for runs without an account; null puts such lines aside
 * @param nowMs what ends later is put aside
 * @param shift how much higher the number of a line is than its place in the content
 */
public record RunOrigin(
    ClusterName cluster, ZoneId zone, ProjectName project, long nowMs, int shift) {}
