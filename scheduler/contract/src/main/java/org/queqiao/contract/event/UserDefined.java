package org.queqiao.contract.event;

import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/**
 * An account exists, or its description changed.
 *
 * @param name the account
 * @param title shown to people
 * @param unixUser whom its jobs run as; empty for accounts that submit nothing
 * @param uid number of {@code unixUser}, -1 when empty
 * @param defaultProject pays for jobs that name no project; may be null
 */
public record UserDefined(
    UserName name, String title, String unixUser, int uid, ProjectName defaultProject)
    implements Event {}
