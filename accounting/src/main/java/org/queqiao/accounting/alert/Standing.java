package org.queqiao.accounting.alert;

import org.queqiao.contract.id.ProjectName;

/**
 * How something stands that is watched. People are told when its level is higher than any before.
 *
 * @param kind what is watched
 * @param subject its name for ever; another period of the same budget is another subject
 * @param level how far it has come; 0 is nothing to tell
 * @param returns whether it may come to its level again once it was below it
 * @param project whose affair it is
 * @param title in a line
 * @param body in sentences
 */
public record Standing(
    Kind kind,
    String subject,
    int level,
    boolean returns,
    ProjectName project,
    String title,
    String body) {
  /** What is watched. */
  public enum Kind {
    /** 50, 80 or 100 % of a budget are used. */
    BUDGET,
    /** Little is left in a wallet. */
    LOW_BALANCE,
    /** Core-hours of a package, a grant or a reward end soon, and some are left. */
    EXPIRING
  }
}
