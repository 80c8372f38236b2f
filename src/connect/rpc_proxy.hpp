#pragma once
// The firewall between guests and the bus: rpc-proxy, in one process or several.

namespace xm::connect {

class RpcProxy {
public:
    virtual ~RpcProxy() = default;

    // Settings that rules ask about have changed: what was judged by the old ones is judged anew. Told, not asked.
    virtual void reread_rules() = 0;
};

}    // namespace xm::connect
