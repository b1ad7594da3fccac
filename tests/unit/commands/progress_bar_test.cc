// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/progress_bar.h"

#include <gtest/gtest.h>

#include "tests/builders/worlds.h"

namespace cowherd::testing {
namespace {

Running import_of(Bytes done, Bytes total, Span ago) {
  return {"Template/base", "import-revision", "import image '/srv/base.qcow2'", noon() - ago, false, done, total};
}

TEST(ProgressBar, TellsHowFarAndHowLong) {
  EXPECT_EQ(progress_line({import_of(256_MiB, 1_GiB, std::chrono::seconds{3})}, noon(), 120),
            "[#####...............]  25%  256Mi of 1Gi, 9s left  import image '/srv/base.qcow2'");
}

TEST(ProgressBar, FitsTheTerminal) {
  EXPECT_EQ(progress_line({import_of(1_GiB, 1_GiB, std::chrono::seconds{3})}, noon(), 30).size(), 30U);
}

TEST(ProgressBar, SaysNothingOfStepsWithoutMeasure) {
  EXPECT_EQ(progress_line({}, noon(), 80), "");
  EXPECT_EQ(progress_line({import_of(Bytes{}, Bytes{}, Span{})}, noon(), 80), "");
}

TEST(ProgressBar, PromisesNothingInTheFirstSecond) {
  EXPECT_EQ(progress_line({import_of(Bytes{}, 1_GiB, Span{10})}, noon(), 120),
            "[....................]   0%  0Ki of 1Gi  import image '/srv/base.qcow2'");
}

// A source that grew while it was measured.
TEST(ProgressBar, EndsAtTheWhole) {
  EXPECT_EQ(progress_line({import_of(2_GiB, 1_GiB, Span{10})}, noon(), 120),
            "[####################] 100%  1Gi of 1Gi  import image '/srv/base.qcow2'");
}

TEST(ProgressBar, ShowsTheOneBegunFirst) {
  const std::string line = progress_line({import_of(Bytes{}, 1_GiB, Span{10}), import_of(512_MiB, 1_GiB, Span{20})}, noon(), 120);
  EXPECT_NE(line.find("50%"), std::string::npos) << line;
}

}  // namespace
}  // namespace cowherd::testing
