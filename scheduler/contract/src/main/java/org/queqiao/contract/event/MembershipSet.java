package org.queqiao.contract.event;

import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/** An account is a member of a project with this rank. */
public record MembershipSet(ProjectName project, UserName user, MemberRank rank) implements Event {}
