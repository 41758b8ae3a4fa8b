-- :checkhealth codeassist
local M = {}

function M.check()
  local config = require('codeassist.config')
  local health = vim.health
  health.start('codeassist')
  local program = config.options.cmd[1]
  if vim.fn.executable(program) == 1 then
    health.ok(('the program %s is there'):format(program))
  else
    health.error(('the program %s is not on PATH'):format(program), "name it with its full path in the option cmd")
  end
  health.info(config.native() and "Neovim's own inline completion shows the text" or 'the plugin shows the text')
  local clients = require('codeassist.client').all()
  if #clients == 0 then
    health.warn('no server runs', 'open a file; :messages and the file that :LspLog opens tell more')
  end
  for _, client in ipairs(clients) do
    local inline = client.server_capabilities.inlineCompletionProvider
    health.info(('server %d, root %s, columns in %s'):format(client.id, client.config.root_dir, client.offset_encoding))
    if not inline then
      health.error('the server does not offer inline completion', 'update codeassist')
    end
  end
end

return M
