// Signed notes (C2SP signed-note) with Ed25519, as Go's golang.org/x/mod/sumdb/note writes and reads them:
//
//   text, ending with a newline
//   (an empty line)
//   U+2014 SPACE name SPACE base64(key hash 4 bytes || signature 64 bytes)
//
// Key hash = first 4 bytes of SHA-256(name || "\n" || 0x01 || public key).
// A key's name is printable ASCII without space and '+' (narrower than the specification), 1 to 255 bytes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace greenlang::ledger {

struct FreePkey {
  void operator()(evp_pkey_st* key) const;
};
using Pkey = std::unique_ptr<evp_pkey_st, FreePkey>;

inline constexpr std::size_t kMaxNoteBytes = 1'000'000;  // the limit of Go's note package
inline constexpr int kMaxSignatures = 100;               // same

// A private key. Its secret leaves the object only through save(). sign() may be called from several
// threads.
class SigningKey {
 public:
  // kInvalid for a bad name.
  static Result<SigningKey> generate(std::string name);
  // Reads "PRIVATE+KEY+<name>+<hash>+<base64(0x01 || seed)>", with or without a final newline.
  // kInvalid when malformed; the message never shows the text.
  static Result<SigningKey> parse(std::string_view text);
  // The key in the file `path`. kNotFound when there is no such file, kInvalid when it is malformed, kUnavailable
  // when it cannot be read.
  static Result<SigningKey> load(const std::string& path);
  // Replaces the file `path` (mode 0600; temporary file, fsync, rename). kUnavailable when it cannot.
  Result<void> save(const std::string& path) const;

  const std::string& name() const { return name_; }
  // "<name>+<8 hex digits of the key hash>+<base64(0x01 || public key)>"
  std::string verifier_text() const;
  // The note: text, empty line, one signature. `text` must end with a newline.
  std::string sign(std::string_view text) const;

 private:
  SigningKey(std::string name, Pkey key);
  std::string secret_text() const;

  std::string name_;
  Pkey key_;
  std::array<std::uint8_t, 4> hash_{};
  std::array<std::uint8_t, 32> public_{};
};

// A public key. open() may be called from several threads.
class VerifierKey {
 public:
  // Reads verifier_text(). kInvalid when malformed or when the key hash does not fit.
  static Result<VerifierKey> parse(std::string_view text);

  const std::string& name() const { return name_; }
  // The signed text, when the note is well-formed and carries a valid signature of this key; signatures of
  // other keys are ignored. kInvalid otherwise, kTooLarge over kMaxNoteBytes.
  Result<std::string> open(std::string_view note) const;

 private:
  VerifierKey(std::string name, Pkey key) : name_(std::move(name)), key_(std::move(key)) {}

  std::string name_;
  Pkey key_;
  std::array<std::uint8_t, 4> hash_{};
};

}  // namespace greenlang::ledger
