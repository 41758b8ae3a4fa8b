-- Insert-mode keys. While nothing is shown they do what they did before this plugin came.
local config = require('codeassist.config')

local M = {}
local previous = {} ---@type table<string, table> what a key did before, as maparg() tells it

--- What the key did before. Must not change text by itself: the mapping is an expression.
local function fall_through(key)
  local map = previous[key]
  if not map or vim.tbl_isempty(map) then
    return key
  elseif map.callback and map.expr == 1 then
    return map.callback() or ''
  elseif map.callback then
    return ('<Cmd>lua require("codeassist.keys").previous(%q)<CR>'):format((key:gsub('<', '<lt>')))
  end
  return map.expr == 1 and vim.api.nvim_eval(map.rhs) or map.rhs
end

--- Runs the Lua function that a key called before.
function M.previous(key)
  previous[key].callback()
end

local own = {
  shown = function()
    return require('codeassist.inline').visible()
  end,
  -- The text that is taken is an undo step of its own.
  accept = function(kind)
    return ('<C-g>u<Cmd>lua require("codeassist.inline").accept(%q)<CR><C-g>u'):format(kind)
  end,
  dismiss = '<Cmd>lua require("codeassist.inline").dismiss()<CR>',
  next = '<Cmd>lua require("codeassist.inline").next()<CR>',
}

local function mapping(action, key)
  local native = config.native()
  if action == 'next' then
    return native and '<Cmd>lua require("codeassist.native").next()<CR>' or own.next
  elseif native then
    local run = require('codeassist.native')
    local taken = action == 'dismiss' and run.dismiss() or action ~= 'dismiss' and run.accept(action)
    return taken and '<C-g>u' or fall_through(key)
  elseif not own.shown() then
    return fall_through(key)
  end
  return action == 'dismiss' and own.dismiss or own.accept(action)
end

local ACTIONS = { accept = 'all', accept_line = 'line', accept_word = 'word', dismiss = 'dismiss', next = 'next' }

--- Maps the keys of the options; those mapped by an earlier call are given back first.
function M.map()
  for key, map in pairs(previous) do
    vim.keymap.del('i', key)
    if not vim.tbl_isempty(map) then
      vim.fn.mapset('i', false, map)
    end
  end
  previous = {}
  for name, key in pairs(config.options.keys) do
    local action = ACTIONS[name]
    if action and key then
      local before = vim.fn.maparg(key, 'i', false, true)
      previous[key] = before.buffer == 1 and {} or before
      vim.keymap.set('i', key, function()
        return mapping(action, key)
      end, { expr = true, replace_keycodes = true, desc = 'codeassist: ' .. name:gsub('_', ' ') })
    end
  end
end

return M
