#include "runtime/known_secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ripcord::runtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

Deployment deployment_in(Phase phase) {
  Deployment deployment;
  deployment.id = "shop-1";
  deployment.phase = phase;
  return deployment;
}

TEST(KnownSecrets, MayBeOthersInEveryPhase) {
  KnownSecrets secrets;
  EXPECT_TRUE(secrets.note(deployment_in(Deploying{})));
  EXPECT_FALSE(secrets.note(deployment_in(Deploying{})));
  EXPECT_TRUE(secrets.note(deployment_in(Baking{})));
  EXPECT_FALSE(secrets.note(deployment_in(Baking{})));
}

TEST(KnownSecrets, AreKnownOnceSomebodyHasLooked) {
  KnownSecrets secrets;
  (void)secrets.note(deployment_in(Deploying{}));
  EXPECT_EQ(secrets.of("shop-1"), std::nullopt);
  secrets.add("shop-1", {});
  EXPECT_THAT(secrets.of("shop-1"), Optional(IsEmpty()));
}

TEST(KnownSecrets, AreThoseOfAllLooksUntilTheyAreForgotten) {
  KnownSecrets secrets;
  (void)secrets.note(deployment_in(Deploying{}));
  secrets.add("shop-1", {"hunter22", "s3cr3t"});
  (void)secrets.note(deployment_in(Baking{}));
  secrets.add("shop-1", {"s3cr3t", "pa55word"});
  EXPECT_THAT(secrets.of("shop-1"), Optional(ElementsAre("hunter22", "s3cr3t", "pa55word")));
  secrets.forget("shop-1");
  EXPECT_EQ(secrets.of("shop-1"), std::nullopt);
}

TEST(KnownSecrets, OfADeploymentThatIsNotNotedAreNotKept) {
  KnownSecrets secrets;
  secrets.add("shop-1", {"hunter22"});
  EXPECT_EQ(secrets.of("shop-1"), std::nullopt);
}

}  // namespace
}  // namespace ripcord::runtime
