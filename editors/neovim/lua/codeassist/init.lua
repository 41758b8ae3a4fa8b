-- codeassist for Neovim: what a user calls, and the events that drive it.
local config = require('codeassist.config')

local M = {}
local started = false
local VERBS = {
  edit = 'Change the definition at the cursor, or the lines, as you say',
  doc = 'Document the definition at the cursor',
  test = 'Write tests of the definition at the cursor',
  fix = 'Mend what a diagnostic of the line complains of',
  explain = 'Explain the definition at the cursor, or the lines',
}

local function inline()
  return require('codeassist.inline')
end

local function client()
  return require('codeassist.client')
end

local function on(events, callback)
  vim.api.nvim_create_autocmd(events, { group = 'codeassist', callback = callback })
end

local function watch()
  vim.api.nvim_create_augroup('codeassist', { clear = true })
  on({ 'BufEnter', 'BufFilePost', 'BufWritePost', 'FileType' }, function(event)
    client().attach(event.buf)
  end)
  on('ColorScheme', M.highlight)
  on('LspProgress', function(event)
    require('codeassist.edit').progress(event)
  end)
  if config.native() then
    on('LspAttach', function(event)
      local attached = vim.lsp.get_client_by_id(event.data.client_id)
      if attached and attached.name == 'codeassist' then
        require('codeassist.native').enable(inline().enabled, attached.id)
      end
    end)
    return
  end
  on({ 'InsertEnter', 'TextChangedI', 'TextChangedP', 'CursorMovedI', 'CompleteDone' }, function()
    inline().update()
  end)
  on({ 'InsertLeave', 'BufLeave', 'WinLeave' }, function()
    inline().forget()
  end)
end

local function commands()
  local define = vim.api.nvim_create_user_command
  define('CodeAssistStatus', M.status, { desc = 'Tell what the server of this buffer uses and has done' })
  define('CodeAssistToggle', M.toggle, { desc = 'Switch suggestions off or on' })
  define('CodeAssistRestart', M.restart, { desc = 'Restart the language server' })
  for verb, description in pairs(VERBS) do
    define('CodeAssist' .. verb:gsub('^%l', string.upper), function(given)
      require('codeassist.edit').command(verb, given)
    end, { desc = description, range = true, bang = verb ~= 'explain', nargs = verb == 'edit' and '*' or 0 })
  end
  define('CodeAssistCancel', function()
    require('codeassist.edit').cancel()
  end, { desc = 'End what is being written for this buffer' })
end

--- The colour of suggestions, unless the user or the colour scheme has set one.
function M.highlight()
  vim.api.nvim_set_hl(0, 'CodeAssistGhost', { link = 'Comment', default = true })
end

--- Takes options (see |codeassist-options|); may be called before or after the plugin has started.
function M.setup(options)
  config.set(options)
  if started then
    watch()
    require('codeassist.keys').map()
    client().send_settings()
    client().attach_all()
  end
end

--- Starts serving buffers; called once by plugin/codeassist.lua.
function M.start()
  if started then
    return
  end
  started = true
  M.highlight()
  watch()
  commands()
  require('codeassist.keys').map()
  client().attach_all()
end

--- Shows the server's status.
function M.status()
  local serving = client().of(0)
  if not serving then
    vim.notify('codeassist: no server serves this buffer; see :checkhealth codeassist', vim.log.levels.WARN)
    return
  end
  client().execute(serving, { command = 'codeassist.status' }, function(status)
    local on_off = inline().enabled and 'on' or 'off'
    vim.notify(('codeassist is %s: %s'):format(on_off, vim.inspect(status)))
  end)
end

--- Switches suggestions off or on in this Neovim.
function M.toggle()
  local enabled = not inline().enabled
  inline().enabled = enabled
  inline().forget()
  if config.native() then
    for _, each in ipairs(client().all()) do
      require('codeassist.native').enable(enabled, each.id)
    end
  end
  vim.notify('codeassist is ' .. (enabled and 'on' or 'off'))
end

--- Ends the server and starts it again for every open buffer.
function M.restart()
  inline().forget()
  client().stop(function()
    client().attach_all()
    vim.notify('codeassist: the server was restarted')
  end)
end

return M
