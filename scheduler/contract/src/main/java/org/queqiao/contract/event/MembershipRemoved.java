package org.queqiao.contract.event;

import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/** An account is no member of a project any more. */
public record MembershipRemoved(ProjectName project, UserName user) implements Event {}
