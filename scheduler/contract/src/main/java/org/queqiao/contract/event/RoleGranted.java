package org.queqiao.contract.event;

import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.UserName;

/** An account has a role. */
public record RoleGranted(UserName user, Role role) implements Event {}
