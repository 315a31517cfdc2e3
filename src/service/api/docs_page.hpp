// GET /docs: a page to try a tool in the browser. Self-contained: it loads nothing from elsewhere.
#pragma once

#include "http/message.hpp"

namespace greenlang::service {

http::Response docs_page();

}  // namespace greenlang::service
