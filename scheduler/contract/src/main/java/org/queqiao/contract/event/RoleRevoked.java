package org.queqiao.contract.event;

import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.UserName;

/** An account lost a role. */
public record RoleRevoked(UserName user, Role role) implements Event {}
