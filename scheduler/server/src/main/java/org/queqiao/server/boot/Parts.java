package org.queqiao.server.boot;

import io.vertx.core.Vertx;
import org.queqiao.accounting.intake.Intake;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.eventlog.EventLog;
import org.queqiao.runtime.SchedulerRuntime;
import org.queqiao.server.auth.Identity;
import org.queqiao.server.config.ServerConfig;
import org.queqiao.server.counters.RunCounters;
import org.queqiao.server.forecast.Forecasts;
import org.queqiao.server.gateway.AgentGateway;
import org.queqiao.server.host.UnixUsers;
import org.queqiao.server.stream.EventHub;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Foresight;

/** What the routes are wired to: every part of a server that has started. */
public record Parts(
    Vertx vertx,
    ServerConfig config,
    SchedulerRuntime runtime,
    EventLog log,
    ClusterView view,
    EventHub hub,
    Forecasts forecasts,
    Foresight foresight,
    Ledger ledger,
    Intake intake,
    Identity identity,
    AgentGateway gateway,
    RunCounters counters,
    UnixUsers unixUsers) {}
