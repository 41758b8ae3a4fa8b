-- The language server's client: which buffers it serves, and calls that read the same on Neovim 0.10 and newer.
local config = require('codeassist.config')

local M = {}
local NAME = 'codeassist'
local METHODS = vim.fn.has('nvim-0.11') == 1 -- before, a client's functions took no self

local function call(client, name, ...)
  if METHODS then
    return client[name](client, ...)
  end
  return client[name](...)
end

--- The client that serves a buffer, once it is ready.
function M.of(buffer)
  return vim.lsp.get_clients({ bufnr = buffer, name = NAME })[1]
end

--- All clients of this plugin.
function M.all()
  return vim.lsp.get_clients({ name = NAME })
end

--- Sends a request; its id, or nil if the server is gone.
function M.request(client, method, params, handler, buffer)
  local sent, id = call(client, 'request', method, params, handler, buffer)
  return sent and id or nil
end

--- Takes a request back, if it is still open.
function M.cancel(client, id)
  if client.requests[id] and not call(client, 'is_stopped') then
    call(client, 'cancel_request', id)
  end
end

--- Runs a command of the server; `answered` gets its result.
function M.execute(client, command, answered)
  local params = { command = command.command, arguments = command.arguments }
  M.request(client, 'workspace/executeCommand', params, function(failure, result)
    if failure then
      vim.notify('codeassist: ' .. failure.message, vim.log.levels.WARN)
    elseif answered then
      answered(result)
    end
  end)
end

--- Tells every server what the settings are now.
function M.send_settings()
  for _, client in ipairs(M.all()) do
    client.settings = { codeassist = config.settings() }
    call(client, 'notify', 'workspace/didChangeConfiguration', { settings = client.settings })
  end
end

--- True for a buffer with a file's name in it that the user has not left out.
function M.wanted(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  return vim.bo[buffer].buftype == ''
    and name ~= ''
    and not name:match('^%a[%w+.-]+://')
    and config.options.filetypes[vim.bo[buffer].filetype] ~= false
end

local function capabilities()
  local all = vim.lsp.protocol.make_client_capabilities()
  all.textDocument.inlineCompletion = { dynamicRegistration = false }
  all.workspace.workspaceEdit.documentChanges = true -- Neovim takes them, and looks at versions, but does not say so
  all.general = all.general or {}
  all.general.positionEncodings = { 'utf-8', 'utf-32', 'utf-16' }
  return all
end

--- Commands of code actions that are not simply sent to the server: their answers are shown here.
local function commands()
  local handlers = {
    ['codeassist.explainFinding'] = function(command, context)
      require('codeassist.explain').run(command, context)
    end,
  }
  for _, verb in ipairs({ 'edit', 'doc', 'test', 'fix', 'explain' }) do
    handlers['codeassist.' .. verb] = function(command, context)
      require('codeassist.edit').action(command, context)
    end
  end
  return handlers
end

--- Settings as they are sent first, with what this client can do: ask for an instruction, and show an edit.
local function initial()
  local settings = config.settings()
  settings.prompts = true
  return settings
end

--- Serves a buffer, with a server of its repository that runs already or a new one.
function M.attach(buffer)
  if not M.wanted(buffer) or M.of(buffer) then
    return
  end
  vim.lsp.start({
    name = NAME,
    cmd = config.options.cmd,
    root_dir = vim.fs.root(buffer, config.options.root_markers) or vim.fs.dirname(vim.api.nvim_buf_get_name(buffer)),
    capabilities = capabilities(),
    settings = { codeassist = config.settings() },
    init_options = initial(),
    flags = { exit_timeout = 200 },
    on_init = function(started)
      started.server_capabilities.hoverProvider = nil -- else Neovim gives `K` to us in files that no other server knows
    end,
    commands = commands(),
    get_language_id = function(_, filetype)
      return filetype ~= '' and filetype or 'plaintext'
    end,
  }, { bufnr = buffer })
end

--- Serves every loaded buffer.
function M.attach_all()
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      M.attach(buffer)
    end
  end
end

--- Ends every server, then calls `done`.
function M.stop(done)
  local stopping = M.all()
  for _, client in ipairs(stopping) do
    call(client, 'stop')
  end
  local tries = 0
  local function check()
    tries = tries + 1
    local alive = vim.tbl_filter(function(client)
      return vim.lsp.get_client_by_id(client.id) ~= nil
    end, stopping)
    if #alive == 0 then
      done()
      return
    elseif tries == 40 then
      vim.iter(alive):each(function(client)
        call(client, 'stop', true)
      end)
    end
    vim.defer_fn(check, 50)
  end
  check()
end

return M
