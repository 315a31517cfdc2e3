// What an acknowledgement is worth: processes that append are killed at random moments, or their disk refuses to
// write; then the ledger is opened again and everything acknowledged must be there.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <thread>

#include "adapters/sqlite/sqlite_store.hpp"
#include "ledger/log.hpp"
#include "ledger/merkle.hpp"

namespace greenlang::adapters::sqlite {
namespace {

constexpr const char* kOrigin = "crash.example/log";
constexpr int kRounds = 30;
constexpr int kThreads = 4;
constexpr int kLongestLifeUs = 150'000;

struct Acknowledgement {
  std::uint64_t index;
  Digest leaf;
};
static_assert(sizeof(Acknowledgement) < 512);  // so that a write to a pipe is atomic

// The child: appends from several threads and reports each acknowledgement, until it is killed.
[[noreturn]] void append_until_killed(const std::string& directory, int round, int pipe) {
  SystemClock clock;
  auto store = open_store(directory, kOrigin);
  if (!store) ::_exit(1);
  ledger::Log log(std::move(*store), clock);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Sha256 hash;
      for (int i = 0;; ++i) {
        ledger::NewEntry entry;
        entry.body = std::to_string(round) + ":" + std::to_string(t) + ":" + std::to_string(i) + std::string(700, 'x');
        entry.leaf = ledger::leaf_hash(hash, entry.body);
        if (i % 4 == 0) entry.idempotency_key = entry.body.substr(0, 20);
        Acknowledgement mine{0, entry.leaf};
        const Result<ledger::Appended> appended = log.append(std::move(entry));
        if (!appended) ::_exit(2);
        mine.index = appended->index;
        if (::write(pipe, &mine, sizeof mine) != sizeof mine) ::_exit(3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ::_exit(0);
}

std::vector<Acknowledgement> run_and_kill(const std::string& directory, int round, int life_us) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    append_until_killed(directory, round, ends[1]);
  }
  ::close(ends[1]);
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::microseconds(life_us));  // the moment is the point of the test
    ::kill(child, SIGKILL);
  });
  std::vector<Acknowledgement> acknowledged;
  Acknowledgement one;
  while (::read(ends[0], &one, sizeof one) == sizeof one) acknowledged.push_back(one);
  killer.join();
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the child ended by itself: " << status;
  return acknowledged;
}

class Directory {
 public:
  explicit Directory(const char* name) : path_(std::filesystem::temp_directory_path() / (name + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(SqliteCrash, NothingAcknowledgedIsLostWhenTheProcessIsKilled) {
  const Directory directory("sqlite_crash_test_");
  std::mt19937 random(20260101);  // fixed: the kernel's scheduling is random enough
  std::vector<Acknowledgement> acknowledged;
  for (int round = 0; round < kRounds; ++round) {
    const int life_us = std::uniform_int_distribution<int>(500, kLongestLifeUs)(random);
    for (const Acknowledgement& one : run_and_kill(directory.path(), round, life_us)) acknowledged.push_back(one);
    const Result<std::unique_ptr<ledger::Store>> store = open_store(directory.path(), kOrigin);
    ASSERT_TRUE(store.ok()) << "round " << round << ": " << store.error().message;
    for (const Acknowledgement& one : acknowledged) {
      const Result<std::vector<Digest>> leaf = (*store)->hashes(0, one.index, 1);
      ASSERT_TRUE(leaf.ok()) << "round " << round << ": entry " << one.index << " was acknowledged and is lost";
      ASSERT_EQ(leaf->front(), one.leaf);
    }
  }
  const Result<std::unique_ptr<ledger::Store>> store = open_reader(directory.path());
  const Result<ledger::Verified> verified = ledger::verify_log(**store);
  ASSERT_TRUE(verified.ok()) << verified.error().message;
  EXPECT_GE(verified->entries, acknowledged.size());
  EXPECT_GT(acknowledged.size(), std::size_t{kRounds});  // the children did live long enough to write
}

ledger::NewEntry make_entry(int number) {
  Sha256 hash;
  ledger::NewEntry entry;
  entry.body = std::to_string(number) + std::string(2000, 'x');
  entry.leaf = ledger::leaf_hash(hash, entry.body);
  return entry;
}

// A child whose files may not grow: every write beyond the limit fails, as on a full or broken disk. Space comes
// back when the limit is raised.
int write_with_a_full_disk(const std::string& directory) {
  ::signal(SIGXFSZ, SIG_IGN);
  auto store = open_store(directory, kOrigin);
  if (!store) return 1;
  int number = 0;
  for (; number < 20; ++number) {
    if (!(*store)->append(std::vector{make_entry(number)}, 0)) return 2;
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const rlim_t unlimited = limit.rlim_cur;
  limit.rlim_cur = 300'000;
  ::setrlimit(RLIMIT_FSIZE, &limit);
  Result<std::vector<Result<ledger::Appended>>> appended = (*store)->append(std::vector{make_entry(number)}, 0);
  while (appended && number < 1000) appended = (*store)->append(std::vector{make_entry(++number)}, 0);
  if (appended) return 3;
  if (appended.error().code != ErrorCode::kUnavailable) return 4;
  if ((*store)->append(std::vector{make_entry(number)}, 0)) return 5;
  if ((*store)->size() != static_cast<std::uint64_t>(number)) return 6;
  limit.rlim_cur = unlimited;
  ::setrlimit(RLIMIT_FSIZE, &limit);
  appended = (*store)->append(std::vector{make_entry(number)}, 0);
  if (!appended || (*appended)[0]->index != static_cast<std::uint64_t>(number)) return 7;
  const Result<ledger::Verified> verified = ledger::verify_log(**store);
  return verified && verified->entries == static_cast<std::uint64_t>(number) + 1 ? 0 : 8;
}

TEST(SqliteCrash, AFullDiskRefusesAndWorksAgainWhenSpaceIsBack) {
  const Directory directory("sqlite_full_test_");
  const pid_t child = ::fork();
  if (child == 0) ::_exit(write_with_a_full_disk(directory.path()));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  const Result<std::unique_ptr<ledger::Store>> store = open_store(directory.path(), kOrigin);
  ASSERT_TRUE(store.ok()) << store.error().message;
  EXPECT_TRUE(ledger::verify_log(**store).ok());
}

}  // namespace
}  // namespace greenlang::adapters::sqlite
