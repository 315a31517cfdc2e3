// POST /v1/tools/{tool}/batch: rows in as they come, rows out in the same order, constant memory.
#pragma once

#include <memory>

#include "http/server.hpp"
#include "service/api/application.hpp"
#include "service/api/commits.hpp"

namespace greenlang::service {

// Answers at once with a problem document when the media type is none of text/csv, application/x-ndjson and
// application/json. `commits` is null when nothing is recorded.
std::unique_ptr<http::StreamReceiver> open_batch(const ApiShared& shared, const tool::Tool& tool, Commits* commits,
                                                 const http::Request& head, std::shared_ptr<http::Stream> stream);

}  // namespace greenlang::service
