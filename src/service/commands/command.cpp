#include "service/commands/command.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/clock.hpp"
#include "base/error_table.hpp"
#include "service/api/problem.hpp"

namespace greenlang::service {
namespace {

constexpr std::size_t kMostFactorBytes = 16 << 20;

std::atomic<bool> g_stop{false};  // written by the signal handler, the only way to hear of a signal

Error file_error(const std::string& path, std::string_view what) {
  const int code = errno;
  const ErrorCode kind = code == ENOENT                   ? ErrorCode::kNotFound
                       : code == EISDIR || code == EACCES ? ErrorCode::kInvalid
                                                          : ErrorCode::kUnavailable;
  return {kind, std::string(what) + ": " + std::strerror(code), path};
}

const Clock& system_clock() {
  static const SystemClock kClock;
  return kClock;
}

}  // namespace

Result<LoadedAgent> load_agent(const Context& context) {
  OwnFactors own;
  if (!context.factors_path.empty()) {
    auto text = read_file(context.factors_path, kMostFactorBytes);
    if (!text) return std::move(text.error());
    own.name = std::filesystem::path(context.factors_path).filename().string();
    own.text = std::move(*text);
  }
  return context.host.load_agent(own);
}

std::string ledger_directory(const Context& context, const std::string& given) {
  if (!given.empty()) return given;
  if (const char* set = std::getenv("GREENLANG_LEDGER"); set != nullptr && *set != '\0') return set;
  std::string state;
  if (const char* xdg = std::getenv("XDG_STATE_HOME"); xdg != nullptr && *xdg != '\0') state = xdg;
  else if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') state = std::string(home) + "/.local/state";
  else state = "/var/lib";
  return state + "/greenlang/" + context.host.name;
}

Result<std::unique_ptr<ledger::Log>> open_log(const Context& context, const std::string& directory) {
  auto store = context.host.open_ledger(directory, "greenlang.local/" + context.host.name);
  if (!store) return std::move(store.error());
  return std::make_unique<ledger::Log>(std::move(*store), system_clock());
}

Result<InputFile> InputFile::open(const std::string& path) {
  if (path == "-") return InputFile(STDIN_FILENO);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file_error(path, "cannot be opened");
  InputFile file(fd);
  struct ::stat about {};
  if (::fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) return invalid(path, "is a directory; give a file");
  return file;
}

InputFile::~InputFile() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  auto file = InputFile::open(path);
  if (!file) return std::move(file.error());
  std::string out;
  char some[64 * 1024];
  Result<void> state;
  for (;;) {
    const ssize_t got = ::read(file->fd(), some, sizeof some);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) state = file_error(path, "cannot be read");
    if (got <= 0) break;
    out.append(some, static_cast<std::size_t>(got));
    if (out.size() > limit) {
      state = Error{ErrorCode::kTooLarge, "has more than " + std::to_string(limit) + " bytes", path};
      break;
    }
  }
  if (!state) return std::move(state.error());
  return out;
}

Result<NewFile> NewFile::create(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::path target =
      std::filesystem::is_symlink(path, ignored) ? std::filesystem::weakly_canonical(path, ignored) : std::filesystem::path(path);
  if (std::filesystem::is_directory(target, ignored)) return invalid(path, "is a directory; give the name of a file");
  std::string temporary = target.string() + ".partial-" + std::to_string(::getpid());
  const int fd = ::open(temporary.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0) return file_error(temporary, "cannot be made");
  return NewFile(fd, target.string(), std::move(temporary));
}

NewFile::NewFile(NewFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), temporary_(std::move(other.temporary_)) {}

NewFile::~NewFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

Result<void> NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return file_error(temporary_, "cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> NewFile::sync() {
  if (::fsync(fd_) != 0) return file_error(temporary_, "cannot be written to disk");
  return {};
}

Result<void> NewFile::commit() {
  if (auto synced = sync(); !synced) return synced;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return file_error(path_, "cannot be given its name");
  ::close(std::exchange(fd_, -1));
  // The rename itself must survive a power cut.
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  const int directory = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return {};
}

Result<void> NewFile::remove_older() {
  if (::unlink(path_.c_str()) != 0 && errno != ENOENT) return file_error(path_, "the older file cannot be taken away");
  return {};
}

Error unknown_tool(const tool::Agent& agent, std::string_view name) {
  std::vector<std::string_view> known;
  for (const tool::Tool& tool : agent.tools) known.push_back(tool.name);
  return {ErrorCode::kNotFound, tool::unknown_name("tool", name, known), ""};
}

int fail(const Error& error, bool json) { return fail(Errors{error}, json); }

int fail(const Errors& errors, bool json) {
  if (json) {
    std::printf("%s\n", problem(errors).body.c_str());
  } else {
    for (const Error& error : errors) {
      std::fprintf(stderr, "error: %s%s%s\n", error.path.c_str(), error.path.empty() ? "" : ": ", error.message.c_str());
    }
  }
  return error_row(errors.front().code).exit_code;
}

const std::atomic<bool>& stop_requested() { return g_stop; }

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { g_stop.store(true, std::memory_order_relaxed); };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ' ');
  return digits;
}

}  // namespace greenlang::service
