#include "runtime/notify/tellings.hpp"

#include <algorithm>
#include <array>

namespace ripcord::runtime {
namespace {

using notify::Standing;

constexpr std::array tellings{
    Telling{.kind = "gate.refused",
            .headline = "the gate has refused {version}",
            .did = "Nothing was changed.",
            .to_do = "Mend what it names and deploy again, or pass over a gate with --override and "
                     "a reason."},
    Telling{.kind = "gate.overridden",
            .headline = "a gate is passed over for {version}",
            .did = {},
            .to_do = {}},
    Telling{
        .kind = "deployment.started", .headline = "deploying {version}", .did = {}, .to_do = {}},
    Telling{.kind = "deployment.noticed",
            .headline = "{version} was found running",
            .did = "It is watched from now on.",
            .to_do = {}},
    Telling{
        .kind = "deployment.deployed", .headline = "{version} is in place", .did = {}, .to_do = {}},
    Telling{.kind = "deployment.stage",
            .standing = Standing::resolved,
            .headline = "{version} has reached the next stage",
            .did = {},
            .to_do = {}},
    Telling{.kind = "deployment.awaiting",
            .standing = Standing::firing,
            .headline = "{version} waits to be promoted",
            .did = {},
            .to_do = "Promote it (ripcord promote), or roll it back."},
    Telling{.kind = "deployment.promoted",
            .standing = Standing::resolved,
            .headline = "{version} was promoted",
            .did = {},
            .to_do = {}},
    Telling{.kind = "deployment.held",
            .standing = Standing::firing,
            .headline = "{version} is held",
            .did = "Nothing is promoted meanwhile; the triggers stay armed.",
            .to_do = "Look why; then ripcord resume, or ripcord rollback."},
    Telling{.kind = "deployment.resumed",
            .standing = Standing::resolved,
            .headline = "{version} goes on",
            .did = {},
            .to_do = {}},
    Telling{.kind = "deployment.irreversible",
            .headline = "{version} cannot be undone any more",
            .did = "From now on a trip only calls a person.",
            .to_do = {}},
    Telling{.kind = "deployment.stopping",
            .headline = "{version} will fail as soon as the running script has ended",
            .did = {},
            .to_do = {}},
    Telling{.kind = "deployment.overdue",
            .standing = Standing::firing,
            .headline = "{version} is not known to be healthy",
            .did = "It goes on being watched until its deadline.",
            .to_do = "See which trigger or probe says so: ripcord status."},
    Telling{.kind = "deployment.succeeded",
            .standing = Standing::resolved,
            .headline = "{version} is good",
            .did = {},
            .to_do = {}},
    Telling{.kind = "deployment.failed",
            .standing = Standing::firing,
            .headline = "{version} has failed",
            .did = "Nothing was rolled back.",
            .to_do = "Look which version runs and how it is; then deploy again or roll back."},
    Telling{.kind = "deployment.aborted",
            .standing = Standing::resolved,
            .headline = "the deployment of {version} was aborted",
            .did = "It is left as it is.",
            .to_do = {}},
    Telling{.kind = "rollback.waiting",
            .standing = Standing::firing,
            .headline = "{version} will be rolled back as soon as the running script has ended",
            .did = {},
            .to_do = {}},
    Telling{.kind = "rollback.started",
            .standing = Standing::firing,
            .headline = "rolling back from {version} to {previous}",
            .did = "The evidence is captured, then the rollback steps run, once.",
            .to_do = "Nothing now: how it ends is told."},
    Telling{.kind = "rollback.adopted",
            .standing = Standing::firing,
            .headline = "a rollback of {version} was found that the journal does not know",
            .did = "It goes on from there.",
            .to_do = "Nothing now: how it ends is told."},
    Telling{.kind = "rollback.succeeded",
            .standing = Standing::resolved,
            .headline = "{previous} is back",
            .did = "The service was verified after the rollback.",
            .to_do = "Find out at leisure why {version} was bad; the evidence is kept."},
    Telling{.kind = "rollback.failed",
            .standing = Standing::firing,
            .headline = "the rollback of {version} HAS FAILED",
            .did = "Nothing more is tried without a person.",
            .to_do = "Look at the service now. The step that failed and its output are in the "
                     "story of the deployment."},
    Telling{.kind = "daemon.blind",
            .standing = Standing::firing,
            .headline = "ripcord is blind",
            .did = "Nothing is rolled back while no probe can tell anything.",
            .to_do = "Look at the host: its network, its Docker engine, its name lookup."},
    Telling{.kind = "daemon.sees",
            .standing = Standing::resolved,
            .headline = "ripcord sees again",
            .did = {},
            .to_do = {}},
    Telling{.kind = "daemon.journal_failed",
            .standing = Standing::firing,
            .headline = "ripcord's journal cannot be written",
            .did = "Rollbacks still run; no deployment can begin.",
            .to_do = "Look at the disk of the state directory: space, inodes, a mount that is "
                     "read-only."},
    Telling{.kind = "daemon.journal_works",
            .standing = Standing::resolved,
            .headline = "ripcord's journal can be written again",
            .did = {},
            .to_do = {}},
    Telling{.kind = "evidence.incomplete",
            .headline = "not all of the evidence could be captured",
            .did = {},
            .to_do = {}},
    Telling{.kind = "daemon.unknown_runs",
            .standing = Standing::firing,
            .headline = "scripts have run that the journal does not know",
            .did = "Nobody goes on with them.",
            .to_do = "Look how the service is, then remove their directories."},
};

}  // namespace

const Telling* telling_of(std::string_view kind) {
  const auto found = std::ranges::find(tellings, kind, &Telling::kind);
  return found == tellings.end() ? nullptr : &*found;
}

std::vector<std::string> told_events() {
  std::vector<std::string> events;
  events.reserve(tellings.size() + 2);
  for (const Telling& telling : tellings) events.emplace_back(telling.kind);
  events.emplace_back("trigger.cleared");
  events.emplace_back("trigger.tripped");
  std::ranges::sort(events);
  return events;
}

}  // namespace ripcord::runtime
