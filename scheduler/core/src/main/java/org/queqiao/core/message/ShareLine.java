package org.queqiao.core.message;

import org.queqiao.contract.policy.Subject;

/**
 * A line of the fair-share tree.
 *
 * @param subject platform, project or member
 * @param node where it stands
 */
public record ShareLine(Subject subject, ShareNode node) {}
