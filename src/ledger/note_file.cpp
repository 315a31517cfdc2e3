// Private keys in files: the one part of ledger/note.hpp that touches the file system.
#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "ledger/note.hpp"

namespace greenlang::ledger {
namespace {

constexpr std::size_t kMaxKeyFileBytes = 1024;

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0) : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

Error failed(const std::string& path, std::string_view what) {
  return {ErrorCode::kUnavailable, "cannot " + std::string(what) + ": " + std::strerror(errno), path};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// The rename itself must survive a power cut.
bool sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  File folder(slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash), O_RDONLY | O_DIRECTORY);
  return folder.ok() && ::fsync(folder.fd()) == 0;
}

}  // namespace

Result<SigningKey> SigningKey::load(const std::string& path) {
  File file(path, O_RDONLY);
  if (!file.ok() && errno == ENOENT) return Error{ErrorCode::kNotFound, "there is no key file", path};
  if (!file.ok()) return failed(path, "open the key file");
  std::array<char, kMaxKeyFileBytes> bytes;
  const ssize_t n = ::read(file.fd(), bytes.data(), bytes.size());
  if (n < 0) return failed(path, "read the key file");
  Result<SigningKey> key = parse({bytes.data(), static_cast<std::size_t>(n)});
  OPENSSL_cleanse(bytes.data(), bytes.size());
  if (!key) key.error().path = path;
  return key;
}

Result<void> SigningKey::save(const std::string& path) const {
  const std::string temporary = path + ".new";
  {
    ::unlink(temporary.c_str());  // left over from a crash
    File file(temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!file.ok()) return failed(temporary, "create the key file");
    std::string text = secret_text() + "\n";
    const bool written = write_all(file.fd(), text) && ::fsync(file.fd()) == 0;
    OPENSSL_cleanse(text.data(), text.size());
    if (!written) {
      const Error error = failed(temporary, "write the key file");
      ::unlink(temporary.c_str());
      return error;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0 || !sync_folder_of(path)) {
    return failed(path, "write the key file");
  }
  return {};
}

}  // namespace greenlang::ledger
