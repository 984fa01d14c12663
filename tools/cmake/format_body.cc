#include "format_body.h"

template std::__format::_Sink_iter<char> std::__format::__do_vformat_to(
    std::__format::_Sink_iter<char>, std::string_view, const std::format_args&, const std::locale*);
