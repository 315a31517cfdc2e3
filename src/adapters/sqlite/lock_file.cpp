#include "adapters/sqlite/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.hpp"

namespace greenlang::adapters::sqlite {
namespace {

std::string holder_of(int fd) {
  std::array<char, 32> text;
  const ssize_t n = ::pread(fd, text.data(), text.size(), 0);
  const std::string_view pid = n > 0 ? trim({text.data(), static_cast<std::size_t>(n)}) : std::string_view();
  return pid.empty() ? "another process" : "process " + std::string(pid);
}

}  // namespace

Result<LockFile> LockFile::acquire(const std::string& path) {
  LockFile lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock.fd_ < 0) {
    return Error{ErrorCode::kUnavailable, std::string("cannot open the lock file: ") + std::strerror(errno), path};
  }
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return Error{ErrorCode::kUnavailable, std::string("cannot lock: ") + std::strerror(errno), path};
    }
    return Error{ErrorCode::kUnavailable, holder_of(lock.fd_) + " writes this ledger; stop it first", path};
  }
  // For people only; the lock itself is what counts, so a failure to write the id is no failure.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.fd_, 0) != 0 || ::pwrite(lock.fd_, pid.data(), pid.size(), 0) < 0) errno = 0;
  return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile::~LockFile() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace greenlang::adapters::sqlite
