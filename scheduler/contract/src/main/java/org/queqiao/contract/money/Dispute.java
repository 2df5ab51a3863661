package org.queqiao.contract.money;

import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;

/**
 * A charge that somebody finds wrong and that nobody has answered yet.
 *
 * @param id the position of its fact in the log
 * @param by who finds so
 * @param timeMs when
 * @param project whose charge
 * @param transaction of the ledger
 * @param reason in words
 */
public record Dispute(
    long id, Actor by, long timeMs, ProjectName project, String transaction, String reason) {}
